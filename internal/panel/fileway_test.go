package panel

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ims/iban"
)

// choose puts a file of a name and content into the form of uploads.
func (c *chrome) choose(name, content string) {
	c.t.Helper()
	file := filepath.Join(c.t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.do(chromedp.WaitReady("#field-file", chromedp.ByQuery), chromedp.SetUploadFiles("#field-file", []string{file}, chromedp.ByQuery))
}

// path is where the tab is.
func (c *chrome) path() (path string) {
	c.t.Helper()
	c.eval("location.pathname", &path)
	return path
}

// TestWayToAnExecutedFile goes the whole way of two operators: a wrong file is read and understood, a good one is uploaded by one
// and executed by the other, a reload comes in the middle, and the report is there in the end.
func TestWayToAnExecutedFile(t *testing.T) {
	s := newScene(t)
	s.withFourEyes()
	good, wrong := s.goodFile(), s.wrongFile()
	c := newChrome(t, s)
	c.signIn(adminEmail)
	c.press("g")
	c.press("f")
	c.sees("Drop the file here")

	c.choose("wrong.pli", wrong)
	c.click(".upload button[type=submit]")
	c.sees("wrong.pli was received")
	c.sees("Waits for its turn.")
	s.worked(c.path())
	c.sees("Its errors make it invalid; warnings alone would not. Nothing has moved.") // by the stream, without a reload
	c.click("a.button[href$='/findings']")
	c.sees("The amount is missing.")
	c.do(chromedp.WaitVisible(".record mark", chromedp.ByQuery))

	c.open("/files")
	c.choose("wrong.pli", wrong)
	c.click(".upload button[type=submit]")
	c.sees("This content was uploaded before, as wrong.pli")

	c.choose("good.pli", good)
	c.click(".upload button[type=submit]")
	c.sees("good.pli was received")
	file := c.path()
	s.worked(file)
	c.sees("Ask for execution")
	c.click("a[href$='/execute']")
	c.fill("#field-secret", password)
	c.press("\r")
	c.sees("You asked for the execution. It waits")
	c.axe("what was asked for")

	c.forget()
	c.signIn(secondEmail)
	c.open(file + "/execute")
	c.sees(adminEmail + " asks to execute this file")
	c.axe("what another asked for")
	c.fill("#field-secret", s.code(secondEmail))
	c.press("\r")
	c.sees("0 of 3")
	c.do(chromedp.Reload(), chromedp.WaitReady("#main", chromedp.ByQuery))
	c.sees("Executing")
	s.worked(file)
	c.sees("All records are booked.")
	var report string
	c.do(chromedp.Evaluate(`fetch(document.querySelector("a[href*='/report?format=csv']").href).then(r => r.text())`, &report, awaited))
	if !strings.Contains(report, "WYNAGRODZENIE") {
		t.Errorf("the report says %q", report)
	}
}

// fileViews are the pages about transaction files, with a file in each state.
func fileViews(s *scene) []view {
	file := s.furnishFiles()
	return []view{
		{name: "files", path: "/files", as: adminEmail},
		{name: "files-refused", path: "/files", as: adminEmail, setUp: func(c *chrome) {
			c.choose("good.pli", "other")
			c.click(".upload button[type=submit]")
			c.sees("was uploaded before")
		}},
		{name: "files-nothing", path: "/files?status=Executing", as: adminEmail},
		{name: "file-pending", path: file["pending"], as: adminEmail},
		{name: "file-invalid", path: file["wrong"], as: adminEmail},
		{name: "file-findings", path: file["wrong"] + "/findings", as: adminEmail},
		{name: "file-findings-none", path: file["executed"] + "/findings", as: adminEmail},
		{name: "file-validate", path: file["wrong"] + "/validate", as: adminEmail},
		{name: "file-validated", path: file["good"], as: adminEmail},
		{name: "file-execute", path: file["good"] + "/execute", as: adminEmail},
		{name: "file-execute-wrong", path: file["good"] + "/execute", as: adminEmail, setUp: func(c *chrome) {
			c.fill("#field-secret", "wrong")
			c.press("\r")
			c.do(chromedp.WaitVisible(".fault", chromedp.ByQuery))
		}},
		{name: "file-executing", path: file["executing"], as: adminEmail},
		{name: "file-executed", path: file["executed"], as: adminEmail},
		{name: "file-stopped", path: file["stopped"], as: adminEmail},
		{name: "files-executed", path: "/executed-files", as: adminEmail},
	}
}

// furnishFiles makes a file in each state and returns their paths.
func (s *scene) furnishFiles() map[string]string {
	b, paths, never := s.signedIn(adminEmail), map[string]string{}, must[*iban.Range](s.t)(iban.NewRange("PL111111117700", make([]byte, 16)))
	stranger := must[iban.IBAN](s.t)(never.Plain(777_777)).String()[2:]
	for n, name := range []string{"executed", "executing", "stopped", "good", "wrong", "pending"} {
		content := s.goodFile() + paid(stranger, int64(100+n), "POMYŁKA W NUMERZE")
		if name == "wrong" {
			content = s.wrongFile() + s.goodFile()
		}
		paths[name] = b.send(name+".pli", content).header.Get("Location")
		if name != "pending" && name != "stopped" {
			s.worked(paths[name])
		}
		if name == "executing" || name == "executed" {
			b.post(paths[name]+"/execute", url.Values{"secret": {password}})
		}
	}
	s.worked(paths["executed"])
	s.stop(paths["stopped"], "failed 5 times: the disk is full")
	return paths
}
