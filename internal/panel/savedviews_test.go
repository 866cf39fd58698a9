package panel

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

// TestSavedViews keeps a list under a name: filters and columns come back with it, others see it once it is shared, and only
// its owner changes it.
func TestSavedViews(t *testing.T) {
	s := newScene(t)
	b, other := s.signedIn(adminEmail), s.signedIn(managerEmail)
	b.get("/users").expect(http.StatusOK, "Save this view")
	keep := url.Values{"of": {"/users?name=JAN&cursor=x"}, "columns": {"name,phone"}, "name": {"Jans"}}
	at := b.post("/views/new", keep).expect(http.StatusSeeOther).header.Get("Location")
	b.get(at).expect(http.StatusOK, "JAN TESTOWY", "+48000000001", `aria-current="true"`, "is saved").lacks("jan@testowy.example")
	csv := b.get(at+"&format=csv").expect(http.StatusOK, "+48000000001").lacks("jan@testowy.example")
	if csv.header.Get("Content-Disposition") == "" {
		t.Error("the view is no download")
	}
	b.get("/users").expect(http.StatusOK, "Jans", "jan@testowy.example")
	other.get("/users").expect(http.StatusOK).lacks("Jans")
	b.post("/views/new", keep).expect(http.StatusUnprocessableEntity, "field-name-fault", `value="Jans"`)
	page := "/views/" + regexp.MustCompile(`view=([0-9a-f-]{36})`).FindStringSubmatch(at)[1]
	b.get(page).expect(http.StatusOK, `value="Jans"`)
	for _, form := range []reply{other.post(page, url.Values{"name": {"Mine"}}), other.post(page+"/remove", url.Values{}), other.get(page)} {
		form.expect(http.StatusNotFound)
	}
	b.post(page, url.Values{"name": {"All Jans"}, "shared": {"1"}}).expect(http.StatusSeeOther)
	other.get("/users").expect(http.StatusOK, "All Jans", "by "+adminEmail)
	other.get(at).expect(http.StatusOK, "+48000000001")
	other.get(page).expect(http.StatusNotFound)
	b.get(page+"/remove").expect(http.StatusOK, "Others use it too")
	b.post(page+"/remove", url.Values{}).expect(http.StatusSeeOther)
	other.get("/users").expect(http.StatusOK).lacks("All Jans")
	b.get("/views/new?of=/nowhere").expect(http.StatusNotFound)
	b.get("/views/new?of=//elsewhere.example/users").expect(http.StatusNotFound)
}
