package serverapi

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ims/internal/bank"
)

// TestReferencePage: its scripts come from here, under addresses of their content, packed or not.
func TestReferencePage(t *testing.T) {
	s := newScene(t)
	anybody := s.connect(nil)
	page := anybody.do("GET", "/docs", nil, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate").ok(200, nil)
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self';") || strings.Contains(policy, "http") {
		t.Errorf("policy %s", policy)
	}
	scripts := regexp.MustCompile(`src="(/docs/[a-z]+-[0-9a-f]{16}\.js)"`).FindAllStringSubmatch(string(page.body), -1)
	if len(scripts) != 2 || strings.Count(string(page.body), "<script") != 2 {
		t.Fatalf("scripts %v\n%s", scripts, page.body)
	}
	for _, script := range scripts {
		plain := anybody.do("GET", script[1], nil, "Accept-Encoding", "identity").ok(200, nil)
		packed := anybody.do("GET", script[1], nil, "Accept-Encoding", "gzip, br").ok(200, nil)
		if packed.header.Get("Content-Encoding") != "gzip" || !strings.Contains(packed.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v", script[1], packed.header)
		}
		reader := must[*gzip.Reader](t)(gzip.NewReader(strings.NewReader(string(packed.body))))
		if unpacked := must[[]byte](t)(io.ReadAll(reader)); string(unpacked) != string(plain.body) || len(plain.body) == 0 {
			t.Errorf("%s: %d bytes packed, %d plain", script[1], len(unpacked), len(plain.body))
		}
	}
	anybody.do("GET", "/docs/scalar-0000000000000000.js", nil).refused(bank.ErrNotFound)
}

// browserVariable is set where the tests may start Debian's chromium.
const browserVariable = "IMS_TEST_BROWSER"

// TestReferencePageInABrowser: it shows the operations, the policy stops nothing that it does, and it asks nobody else.
func TestReferencePageInABrowser(t *testing.T) {
	if os.Getenv(browserVariable) == "" {
		t.Skipf("%s is not set: this test needs chromium, and half a minute of it", browserVariable)
	}
	s := newScene(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.IgnoreCertErrors, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-component-update", true), chromedp.NoFirstRun)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var seen sightings
	chromedp.ListenTarget(ctx, seen.note)
	var text string
	err := chromedp.Run(ctx, network.Enable(), runtime.Enable(), log.Enable(), chromedp.Navigate(s.server.URL+"/docs"),
		chromedp.WaitVisible(`//*[contains(text(), "/secure/users")]`, chromedp.BySearch), chromedp.Text("body", &text, chromedp.ByQuery))
	if err != nil {
		t.Fatalf("%v; complaints %q", err, seen.complaints)
	}
	if !strings.Contains(text, "ims server API") || !strings.Contains(text, "client certificate") {
		t.Errorf("the page shows %.2000s", text)
	}
	seen.mutex.Lock()
	defer seen.mutex.Unlock()
	for _, address := range seen.addresses {
		if !strings.HasPrefix(address, s.server.URL+"/") && !strings.HasPrefix(address, "data:") && !strings.HasPrefix(address, "blob:") {
			t.Errorf("the page asks %s", address)
		}
	}
	for _, complaint := range seen.complaints {
		t.Errorf("the browser complains: %s", complaint)
	}
}

// sightings are what a browser did and what it complained of.
type sightings struct {
	mutex                 sync.Mutex
	addresses, complaints []string
}

func (s *sightings) note(event any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.addresses = append(s.addresses, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			s.complaints = append(s.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		s.complaints = append(s.complaints, e.ExceptionDetails.Error())
	}
}
