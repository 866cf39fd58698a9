package panel

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestTooLong holds that a form longer than its page accepts is refused as that, wherever it is sent, and changes nothing.
func TestTooLong(t *testing.T) {
	s := newScene(t)
	long := strings.Repeat("A", maxForm)
	s.stranger().post("/sign-in", url.Values{"email": {adminEmail}, "password": {long}}).expect(http.StatusRequestEntityTooLarge, "The request is too large")
	b := s.signedIn(adminEmail)
	user := "/users/" + s.users[0].ID.String()
	b.post(user+"/edit", url.Values{"lastName": {long}}).expect(http.StatusRequestEntityTooLarge, "longer than this page accepts")
	b.get(user).expect(http.StatusOK, "TESTOWY")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("csr", strings.Repeat("A", maxUpload)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, s.address()+"/certificates/new", &body))
	r.Header.Set("Content-Type", form.FormDataContentType())
	b.do(r).expect(http.StatusRequestEntityTooLarge, "longer than this page accepts")
}

// TestUnreadableForm holds that a form that cannot be read changes nothing.
func TestUnreadableForm(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	user := "/users/" + s.users[0].ID.String()
	b.post(user+"/edit?%zz", url.Values{"lastName": {"NOWAK"}}).expect(http.StatusBadRequest)
	b.get(user).expect(http.StatusOK, "TESTOWY").lacks("NOWAK")
}
