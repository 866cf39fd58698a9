package panel

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/store"
)

// master is the scene's only master account.
func (s *scene) master() bank.MasterAccount {
	s.t.Helper()
	return must[[]bank.MasterAccount](s.t)(s.panel.Customers.MasterAccounts(s.t.Context(), s.customer.ID))[0]
}

// payees are the account numbers of the scene's end users.
func (s *scene) payees() []string {
	s.t.Helper()
	var list []string
	for _, u := range s.users {
		balances := must[[]accounts.BalanceView](s.t)(s.panel.Accounts.UserBalances(s.t.Context(), s.admin, u.ID))
		list = append(list, balances[0].Accounts[0].IBAN.String()[2:])
	}
	return list
}

// paid is a record as a bank writes it: from outside to an account of ours, in grosze.
func paid(payee string, amount int64, title string) string {
	const outside = "39222222220000000012345678"
	return fmt.Sprintf("110,20261120,%d,22222222,0,%q,%q,%q,%q,0,%s,%q,\"\",\"\",\"51\",\"\"\r\n", amount, outside, payee, "EWA ATRAPA", "JAN TESTOWY", payee[2:10], title)
}

// goodFile pays to every end user of the scene, and once to an IBAN that was never issued.
func (s *scene) goodFile() string {
	list := s.payees()
	return paid(list[0], 12_345, "FAKTURA 1") + paid(list[1], 700_000, "WYNAGRODZENIE") + paid(list[2], 1_000, "CZYNSZ")
}

// wrongFile has one record without an amount and one with a payee that is no account number.
func (s *scene) wrongFile() string {
	return strings.Replace(paid(s.payees()[0], 500, "BEZ KWOTY"), ",500,", ",,", 1) + strings.Replace(paid(s.payees()[1], 501, "<b>ZLE</b>"), `"`+s.payees()[1]+`"`, `"12345"`, 1)
}

// send uploads a file through the form.
func (b *browser) send(name, content string, headers ...string) reply {
	b.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("account", b.s.master().ID.String()); err != nil {
		b.s.t.Fatal(err)
	}
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		if err != nil {
			b.s.t.Fatal(err)
		}
		_, _ = part.Write([]byte(content))
	}
	_ = form.Close()
	r := must[*http.Request](b.s.t)(http.NewRequestWithContext(b.s.t.Context(), http.MethodPost, b.s.address()+"/files", &body))
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(r, headers...)
}

// said uploads a file with what is said of it, by the names of the fields.
func (b *browser) said(name, content string, said map[string]string) reply {
	b.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	fields := map[string]string{"account": b.s.master().ID.String()}
	maps.Copy(fields, said)
	for field, text := range fields {
		if err := form.WriteField(field, text); err != nil {
			b.s.t.Fatal(err)
		}
	}
	_, _ = must[io.Writer](b.s.t)(form.CreateFormFile("file", name)).Write([]byte(content))
	_ = form.Close()
	r := must[*http.Request](b.s.t)(http.NewRequestWithContext(b.s.t.Context(), http.MethodPost, b.s.address()+"/files", &body))
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(r)
}

// worked lets the stages of a file run that wait for nobody.
func (s *scene) worked(path string) {
	s.t.Helper()
	id := must[bank.ID](s.t)(bank.ParseID(strings.TrimPrefix(path, "/files/")))
	if err := s.panel.Files.RunFile(context.WithoutCancel(s.t.Context()), "worker", s.customer.ID, id); err != nil {
		s.t.Fatal(err)
	}
}

// uploaded sends a file and lets it be checked.
func (s *scene) uploaded(b *browser, name, content string) string {
	s.t.Helper()
	path := b.send(name, content).expect(http.StatusSeeOther).header.Get("Location")
	b.get(path).expect(http.StatusOK, "Pending", name+" was received")
	s.worked(path)
	return path
}

func TestGoodFile(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/files").expect(http.StatusOK, "No transaction file yet", "512 MiB", "1,000,000 records", "Collective account in PLN")
	b.get("/executed-files").expect(http.StatusOK, "No file has been executed yet")
	path := s.uploaded(b, "day 1.pli", s.goodFile())
	b.get(path).expect(http.StatusOK, "Validated", "3 records", "7,133.45", "What execution will do", path+"/execute").lacks("Four eyes")
	b.get("/files").expect(http.StatusOK, "day 1.pli", "7,133.45", adminEmail, path+"/execute")
	b.get("/files?status=Invalid").expect(http.StatusOK, "Nothing matches")
	b.get("/files?fileName=DAY&status=Validated&uploader="+adminEmail).expect(http.StatusOK, "day 1.pli")
	b.get("/files?format=csv").expect(http.StatusOK, "7133.45")

	b.get(path+"/execute").expect(http.StatusOK, "Your password, or a code", "cannot be undone")
	b.post(path+"/execute", url.Values{"secret": {"wrong"}}).expect(http.StatusUnprocessableEntity, "field-secret-fault")
	b.get(path).expect(http.StatusOK, "Validated")
	b.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
	b.get(path).expect(http.StatusOK, "Executing", "The execution of day 1.pli has begun.", `sse-connect="/live`+path+`"`)
	b.get("/live"+path+"?once=1").expect(http.StatusOK, "0 of 3")
	b.get("/files").expect(http.StatusOK, `sse-connect="/live/files"`)
	b.get("/live/files?once=1").expect(http.StatusOK, "0 of 3")
	s.worked(path)
	b.get(path).expect(http.StatusOK, "Executed", "3 postings were made", "to the balances of end users").lacks("sse-connect")
	b.get("/executed-files").expect(http.StatusOK, "day 1.pli", path+"/report?format=csv")
	b.get("/executed-files?executed.to=2020-01-01").expect(http.StatusOK, "Nothing matches")
	report := b.get(path+"/report?format=csv").expect(http.StatusOK, "CREDITED", "FAKTURA 1")
	if got := report.header.Get("Content-Disposition"); got != `attachment; filename="day 1.pli.executed.csv"` {
		t.Error(got)
	}
	b.get(path + "/report?format=xlsx").expect(http.StatusOK)
	b.get(path + "/report?format=pdf").expect(http.StatusNotFound)
	b.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
	b.get(path).expect(http.StatusOK, "3 postings were made")
}

func TestWrongFileIsExplained(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	path := s.uploaded(b, "wrong.pli", s.wrongFile())
	b.get(path).expect(http.StatusOK, "Invalid", "Nothing has moved", path+"/findings", path+"/validate", path+"/rejected-records").lacks(path + "/execute")
	found := b.get(path+"/findings").expect(http.StatusOK, "line 1", "line 2", "<mark", "BEZ KWOTY", "&lt;b&gt;ZLE&lt;/b&gt;", "3 amount", "record.amount_missing").lacks("<b>ZLE")
	if first, second := strings.Index(found.body, "Error"), strings.Index(found.body, "tone-wait"); second >= 0 && first > second {
		t.Error("a warning stands in front of the errors")
	}
	b.get(path + "/findings?findingSeverity=WARNING").expect(http.StatusOK)
	b.get(path+"/findings", "Accept-Language", "pl").expect(http.StatusOK, "wiersz 1", "Brak kwoty", "3 kwota")
	b.get(path+"/findings?format=csv").expect(http.StatusOK, "BEZ KWOTY")
	page := b.get(path+"/validation-report?format=html").expect(http.StatusOK, "wrong.pli")
	if page.header.Get("Content-Security-Policy") != files.ReportPolicy || page.header.Get("Content-Disposition") != "" {
		t.Error("the report is no page to look at")
	}
	b.get(path+"/validation-report?format=csv").expect(http.StatusOK, "wrong.pli")
	b.get(path+"/rejected-records").expect(http.StatusOK, "BEZ KWOTY")
	b.get(path+"/report?format=csv").expect(http.StatusConflict, "once it is Executed")

	b.get(path+"/validate").expect(http.StatusOK, "same bytes")
	b.post(path+"/validate", url.Values{}).expect(http.StatusSeeOther)
	b.get(path + "/findings").expect(http.StatusOK)
	b.post(path+"/validate", url.Values{}).expect(http.StatusConflict, "this one is Pending")
	s.worked(path)
	b.get(path).expect(http.StatusOK, "Invalid")
}

// TestUploadSaid: what is said of a file is read as people write it, and compared.
func TestUploadSaid(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.said("said.pli", s.goodFile(), map[string]string{"expectedRecords": "three", "expectedSum": "1,234"}).
		expect(http.StatusUnprocessableEntity, "Type a whole number above 0", "Type an amount in PLN", `value="1,234"`, `<details class="more" open`)
	said := map[string]string{"expect": "credits", "expectedRecords": "4", "expectedSum": "7 133,45"}
	path := b.said("said.pli", s.goodFile(), said).expect(http.StatusSeeOther).header.Get("Location")
	s.worked(path)
	b.get(path+"/findings").expect(http.StatusOK, "The control total does not agree, count of records: 4 was announced, the file has 3").lacks("sum in minor units")
}

func TestUploadRefused(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	path := s.uploaded(b, "day.pli", s.goodFile())
	b.send("day.pli", "other").expect(http.StatusConflict, "A file named day.pli was uploaded before", `href="`+path+`"`)
	b.send("again.pli", s.goodFile()).expect(http.StatusConflict, "uploaded before, as day.pli", `href="`+path+`"`)
	b.send("", "").expect(http.StatusUnprocessableEntity, "Choose a file.")
	b.send("tab\tname.pli", "x").expect(http.StatusUnprocessableEntity, "Rename it")
	b.post("/files", url.Values{}).expect(http.StatusBadRequest)
	s.signedIn(managerEmail).get("/files").expect(http.StatusForbidden)
	if sent := b.send("by script.pli", "x", "HX-Request", "true"); sent.status != http.StatusNoContent || !strings.HasPrefix(sent.header.Get("HX-Redirect"), "/files/") {
		t.Errorf("a script is answered with %d and no address", sent.status)
	}
}

func TestSamples(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/files/sample?explain=1").expect(http.StatusOK, "SAMPLE0001", "amount: 123.45 PLN", "credit").lacks("error")
	sample := b.get("/files/sample").expect(http.StatusOK)
	for _, payee := range s.payees() {
		if !strings.Contains(sample.body, payee) {
			t.Errorf("the sample does not pay to %s", payee)
		}
	}
	path := s.uploaded(b, "sample.pli", sample.body)
	b.get(path).expect(http.StatusOK, "Validated", "3 records")
}

// TestFourEyesOnAFile: who uploaded the file asks; another sees the sums, approves and executes.
func TestFourEyesOnAFile(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.withFourEyes()
		asks, decides := s.signedIn(adminEmail), s.signedIn(secondEmail)
		path := s.uploaded(asks, "day.pli", s.goodFile())
		asks.get(path).expect(http.StatusOK, "you uploaded this file", "Ask for execution")
		decides.get(path).expect(http.StatusOK, "whoever asks", "never "+adminEmail)
		asks.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
		asks.get(path).expect(http.StatusOK, "Validated", "You asked for the execution", "Withdraw", "sse-connect").lacks(path + "/execute")
		asks.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
		asks.get(path).expect(http.StatusOK, "Validated")

		form := decides.get(path+"/execute").expect(http.StatusOK, "Approve and execute", adminEmail+" asks", "7,133.45")
		approval := between(form.body, `name="approval" value="`, `"`)
		decides.post(path+"/execute", url.Values{"secret": {password}, "approval": {"another"}}).expect(http.StatusConflict, "Somebody was faster")
		decides.post(path+"/reject", url.Values{"approval": {approval}}).expect(http.StatusUnprocessableEntity, "Say why.")
		decides.post(path+"/reject", url.Values{"approval": {approval}, "reason": {"the sums differ"}}).expect(http.StatusSeeOther)
		asks.get(path).expect(http.StatusOK, "Ask for execution")
		asks.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
		approval = between(decides.get(path+"/execute").body, `name="approval" value="`, `"`)
		decides.post(path+"/execute", url.Values{"secret": {password}, "approval": {approval}}).expect(http.StatusSeeOther)
		decides.get(path).expect(http.StatusOK, "Executing", "has begun")
		s.worked(path)
		asks.get(path).expect(http.StatusOK, "Executed")
	})
}

// TestTheUploaderNeverExecutes: not even what was approved, and whoever asked for it.
func TestTheUploaderNeverExecutes(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.withFourEyes()
		uploader, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
		path := s.uploaded(uploader, "day.pli", s.goodFile())
		second.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
		page := "/approvals/" + s.waiting(secondEmail).ID.String()
		uploader.get("/approvals").expect(http.StatusOK, "Waits for others").lacks("Waits for you")
		uploader.get(page).expect(http.StatusOK, "a third person must approve it").lacks(page + "/approve")
		uploader.get(path).expect(http.StatusOK, "so a third person must approve it").lacks("Approve and execute")
		uploader.post(page+"/approve", url.Values{}).expect(http.StatusForbidden, "about what you brought")
		second.post(page+"/reject", url.Values{"why": {"let the uploader ask"}}).expect(http.StatusSeeOther)

		uploader.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
		page = "/approvals/" + s.waiting(secondEmail).ID.String()
		second.get("/approvals").expect(http.StatusOK, "day.pli: 3 records")
		second.get(page).expect(http.StatusOK, "day.pli", "7,133.45", adminEmail)
		second.get(page, "Accept-Language", "pl").expect(http.StatusOK, "Wykonanie pliku transakcji", "7133,45", "Uznania")
		second.post(page+"/approve", url.Values{}).expect(http.StatusSeeOther)
		uploader.get(page).expect(http.StatusOK, "so somebody else carries it out").lacks("Carry it out now")
		uploader.get(path).expect(http.StatusOK, "so somebody else executes it").lacks(path + "/execute")
		uploader.post(page+"/carry-out", url.Values{}).expect(http.StatusSeeOther)
		uploader.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
		second.get(path).expect(http.StatusOK, "Validated")
		second.post(page+"/carry-out", url.Values{}).expect(http.StatusSeeOther)
		second.get(path).expect(http.StatusOK, "Executing")
	})
}

// TestStoppedFile shows why a stage stopped, and lets it go on.
func TestStoppedFile(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	path := b.send("day.pli", s.goodFile()).expect(http.StatusSeeOther).header.Get("Location")
	s.stop(path, "the account is <gone>")
	b.get(path).expect(http.StatusOK, "Stopped:", "the account is &lt;gone&gt;", path+"/retry").lacks("sse-connect")
	b.get("/files").expect(http.StatusOK, "Stopped")
	b.get(path + "/retry").expect(http.StatusOK)
	b.post(path+"/retry", url.Values{}).expect(http.StatusSeeOther)
	b.post(path+"/retry", url.Values{}).expect(http.StatusConflict, "did not stop")
	s.worked(path)
	b.get(path).expect(http.StatusOK, "Validated")
}

// stop makes a stage stop as it does when somebody must mend something.
func (s *scene) stop(path, reason string) {
	s.t.Helper()
	id := must[bank.ID](s.t)(bank.ParseID(strings.TrimPrefix(path, "/files/")))
	err := s.db.Write(s.t.Context(), func(tx *store.Tx) error {
		f, err := tx.LockFile(s.customer.ID, id)
		if err != nil {
			return err
		}
		f.StopReason = reason
		return tx.UpdateFile(f)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// between is the text between two others, or "".
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}
