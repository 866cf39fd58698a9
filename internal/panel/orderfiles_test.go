package panel

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// gathered orders a transfer and has it gathered into an order file, whose page it returns.
func (s *scene) gathered(b *browser) (transfer, file string) {
	s.t.Helper()
	transfer = b.ordered(with(orderForm(), "title", "za uslugi"))
	asked := b.get("/order-files/collect").expect(http.StatusOK, "Collective account in PLN")
	form := url.Values{"masterAccount": {s.masterAccount().ID.String()}, "key": {between(asked.body, `name="key" value="`, `"`)}}
	file = b.post("/order-files/collect", form).expect(http.StatusSeeOther).header.Get("Location")
	if again := b.post("/order-files/collect", form).expect(http.StatusSeeOther).header.Get("Location"); again != file {
		s.t.Errorf("sent again the form leads to %s, first to %s", again, file)
	}
	return transfer, file
}

// TestOrderFiles goes the way of an order file: gathered, approved, downloaded, handed over, and refused by the bank, to which a
// second person must agree.
func TestOrderFiles(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.alone().arrive(0, 1_000_00, "PŁATNIK", "x", 1)
		b := s.signedIn(adminEmail)
		b.get("/order-files").expect(http.StatusOK, "No order files yet", "Gather orders")
		s.signedIn(employeeEmail).get("/order-files").expect(http.StatusForbidden)
		b.post("/order-files/collect", url.Values{}).expect(http.StatusUnprocessableEntity, "field-masterAccount-fault")
		b.post("/order-files/collect", url.Values{"masterAccount": {s.masterAccount().ID.String()}}).expect(http.StatusUnprocessableEntity, "no order waits")
		transfer, file := s.gathered(b)
		b.get("/order-files").expect(http.StatusOK, "1 row", "12.50", "Generated", file)
		b.get(file).expect(http.StatusOK, "12.50", "SHA-256", file+"/discard", file+"/content", file+"/hand-over").lacks(file+"/approve", file+"/reject")
		b.get(transfer).expect(http.StatusOK, "It is in an order file", file).lacks("/cancel")
		b.get("/transfers?orderFile="+strings.TrimPrefix(file, "/order-files/")).expect(http.StatusOK, "1 row")
		got := b.get(file+"/content").expect(http.StatusOK, "FIKCYJNY ODBIORCA", "1250")
		if again := b.get(file + "/content"); again.body != got.body || !strings.Contains(got.header.Get("Content-Disposition"), ".pli") {
			s.t.Errorf("another content, or name: %v", got.header)
		}
		b.post(file+"/hand-over", url.Values{"reference": {strings.Repeat("x", 141)}}).expect(http.StatusUnprocessableEntity, "field-reference-fault")
		b.post(file+"/hand-over", url.Values{"reference": {"ACK <1>"}}).expect(http.StatusSeeOther)
		b.get(file).expect(http.StatusOK, "Handed over", "ACK &lt;1&gt;", file+"/reject").lacks(file+"/discard", file+"/hand-over")
		b.get(transfer).expect(http.StatusOK, "Sent")
		b.post(file+"/reject", url.Values{}).expect(http.StatusUnprocessableEntity, "field-reference-fault")
		approval := b.post(file+"/reject", url.Values{"reference": {"NACK-7"}, "reason": {"no cover"}}).expect(http.StatusSeeOther).header.Get("Location")
		b.get(file).expect(http.StatusOK, approval, "Handed over")
		second := s.signedIn(secondEmail)
		second.get(approval).expect(http.StatusOK, "Reject an order file", "NACK-7", "no cover", file)
		second.post(approval+"/approve", url.Values{}).expect(http.StatusSeeOther)
		if to := second.post(approval+"/carry-out", url.Values{}).expect(http.StatusSeeOther).header.Get("Location"); to != file {
			s.t.Errorf("carried out it leads to %s", to)
		}
		b.get(file).expect(http.StatusOK, "Rejected", "NACK-7").lacks(file + "/reject")
		b.get(transfer).expect(http.StatusOK, "Rejected", "no cover")
		if s.available(0) != 1_000_00 {
			s.t.Errorf("available: %d", s.available(0))
		}
	})
}

// TestDiscardAnOrderFile frees its orders for another one, and refuses what is no answer of the bank.
func TestDiscardAnOrderFile(t *testing.T) {
	s := newScene(t).alone()
	s.arrive(0, 1_000_00, "PŁATNIK", "x", 1)
	b := s.signedIn(adminEmail)
	transfer, file := s.gathered(b)
	b.get(file+"/report").expect(http.StatusOK, "pain.002")
	b.post(file+"/report", url.Values{}).expect(http.StatusUnprocessableEntity, "Choose the file first")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if _, err := must[io.Writer](t)(form.CreateFormFile("file", "answer.xml")).Write([]byte("<no/>")); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, s.address()+file+"/report", &body))
	r.Header.Set("Content-Type", form.FormDataContentType())
	b.do(r).expect(http.StatusUnprocessableEntity, "tone-bad")
	b.post(file+"/discard", url.Values{"reason": {"wrong day"}}).expect(http.StatusSeeOther)
	b.get(file).expect(http.StatusOK, "Discarded", "wrong day").lacks(file+"/content", file+"/approve")
	b.get(transfer).expect(http.StatusOK, "Held", "/cancel").lacks(file)
}

// TestApproveAnOrderFile holds that nobody gets the content before a second person has agreed to it.
func TestApproveAnOrderFile(t *testing.T) {
	s := newScene(t).alone()
	s.arrive(0, 1_000_00, "PŁATNIK", "x", 1)
	s.withFourEyes()
	b, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
	_, file := s.gathered(b)
	got := b.get(file).expect(http.StatusOK, "Generated", "Approve an order file").lacks(file+"/content", file+"/hand-over")
	approval := "/approvals/" + between(got.body, `href="/approvals/`, `"`)
	if to := b.get(file + "/content").expect(http.StatusSeeOther).header.Get("Location"); to != approval {
		t.Errorf("the content leads to %s, want %s", to, approval)
	}
	second.get(approval).expect(http.StatusOK, "12.50", ".pli", "SHA-256", file)
	second.post(approval+"/approve", url.Values{}).expect(http.StatusSeeOther)
	b.post(approval+"/carry-out", url.Values{}).expect(http.StatusSeeOther)
	b.get(file).expect(http.StatusOK, secondEmail, file+"/hand-over")
	b.get(file+"/content").expect(http.StatusOK, "FIKCYJNY ODBIORCA")
}
