package panel

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chrome is a tab of a real browser. Its methods fail the test when the page does not come to it in time.
type chrome struct {
	t   testing.TB
	s   *scene
	ctx context.Context
}

// patience is how long a page may take to come to what is asked of it.
const patience = 20 * time.Second

// newChrome starts Debian's chromium with a profile of its own. What the browser's console complains about, as a breach of the
// content policy, fails the test.
func newChrome(t testing.TB, s *scene) *chrome {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.UserDataDir(t.TempDir()))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...) // the test's own ends before its cleanups
	ctx, leave := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}) /* it complains of events that are newer than it */)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has ended and writes no more to its profile
		leave()
		stop()
	})
	c := &chrome{t, s, ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok && e.Entry.Level == log.LevelError && !strings.Contains(e.Entry.Text, "status of 4") {
			t.Errorf("console of the browser: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	})
	if err := chromedp.Run(ctx, log.Enable()); err != nil {
		t.Fatalf("chromium (scripts/install installs it): %v", err)
	}
	c.size(1440)
	return c
}

// do runs actions in the tab.
func (c *chrome) do(actions ...chromedp.Action) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var at string
		_ = chromedp.Run(c.ctx, chromedp.Evaluate(`location.href + " " + document.body.innerText.slice(0, 600)`, &at))
		c.t.Fatalf("browser: %v at %s", err, at)
	}
}

// open goes to a page of the panel.
func (c *chrome) open(path string) {
	c.t.Helper()
	c.do(chromedp.Navigate(c.s.address()+path), chromedp.WaitReady("#main"))
}

// click clicks on the first that a selector of CSS names.
func (c *chrome) click(selector string) {
	c.t.Helper()
	c.do(chromedp.Click(selector, chromedp.ByQuery))
}

// fill types into a field.
func (c *chrome) fill(selector, text string) {
	c.t.Helper()
	c.do(chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).value = ""`, selector), nil),
		chromedp.SendKeys(selector, text, chromedp.ByQuery))
}

// press sends keys to what has the focus.
func (c *chrome) press(keys string) { c.t.Helper(); c.do(chromedp.KeyEvent(keys)) }

// sees waits until the page shows a text; another page may come meanwhile.
func (c *chrome) sees(text string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	look := chromedp.Poll(fmt.Sprintf("document.body.innerText.includes(%q)", text), nil)
	err := chromedp.Run(ctx, look)
	for err != nil && ctx.Err() == nil {
		err = chromedp.Run(ctx, look)
	}
	if err != nil {
		var shown string
		_ = chromedp.Run(c.ctx, chromedp.Evaluate(`location.href + " " + document.body.innerText.slice(0, 600)`, &shown))
		c.t.Fatalf("the page does not say %q: %s", text, shown)
	}
}

// eval reads something of the page.
func (c *chrome) eval(script string, into any) { c.t.Helper(); c.do(chromedp.Evaluate(script, into)) }

// signIn goes through the door as a person does.
func (c *chrome) signIn(email string) {
	c.t.Helper()
	c.open("/sign-in")
	c.fill("#field-email", email)
	c.fill("#field-password", password)
	c.press("\r")
	c.fill("#field-code", c.s.code(email))
	c.press("\r")
	c.do(chromedp.WaitReady("#navigation", chromedp.ByQuery))
}

// size sets the width of the window.
func (c *chrome) size(width int64) {
	c.t.Helper()
	c.do(emulation.SetDeviceMetricsOverride(width, 900, 1, false))
}

// theme makes the system light or dark.
func (c *chrome) theme(name string) {
	c.t.Helper()
	c.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}))
}

// shoot writes a picture of the whole page.
func (c *chrome) shoot(file string) {
	c.t.Helper()
	var picture []byte
	c.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		picture, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).Do(ctx)
		return err
	}))
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// axe looks for what WCAG 2.2 AA forbids, with axe-core.
func (c *chrome) axe(where string) {
	c.t.Helper()
	file := must[*os.File](c.t)(os.Open("testdata/axe-core/axe.min.js.gz"))
	defer file.Close()
	script := must[[]byte](c.t)(io.ReadAll(must[*gzip.Reader](c.t)(gzip.NewReader(file))))
	var found string
	c.do(chromedp.Evaluate(string(script)+";1", nil), chromedp.Evaluate(`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html + " " + n.failureSummary))))`, &found, awaited))
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		c.t.Fatal(err)
	}
	for _, v := range violations {
		c.t.Errorf("%s: %s", where, v)
	}
}

// view is one page as a person sees it; every page of the panel is here, so that axe and `make screenshots` see it.
type view struct {
	name  string
	path  string
	as    string // e-mail; "": nobody is signed in
	setUp func(*chrome)
}

// TestAccessible runs axe-core on every page in both themes, wide and narrow, and holds that nothing overflows at 320 px.
func TestAccessible(t *testing.T) {
	walkViews(t, func(t *testing.T, c *chrome, v view) {
		for _, theme := range []string{"light", "dark"} {
			c.theme(theme)
			c.size(1440)
			c.axe(v.name + " " + theme)
		}
		c.size(320)
		c.axe(v.name + " at 320 px")
		var over float64
		c.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
		if over > 0 {
			t.Errorf("%s: %v px wider than 320", v.name, over)
		}
	})
}

// TestScreenshots writes every page to the folder that IMS_SCREENSHOTS names: make screenshots.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("IMS_SCREENSHOTS")
	if folder == "" {
		t.Skip("make screenshots")
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	walkViews(t, func(_ *testing.T, c *chrome, v view) {
		for _, theme := range []string{"light", "dark"} {
			c.theme(theme)
			for _, width := range []int64{1440, 768, 320} {
				c.size(width)
				c.shoot(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.png", v.name, width, theme)))
			}
		}
	})
}

// walkViews shows every view in one browser, signing in and out as they need.
func walkViews(t *testing.T, look func(*testing.T, *chrome, view)) {
	s := newScene(t)
	c := newChrome(t, s)
	who := ""
	for _, v := range views(s) {
		if !strings.HasPrefix(v.name, os.Getenv("IMS_VIEWS")) {
			continue
		}
		c.size(1440)
		c.theme("light")
		if os.Getenv("IMS_PICTURES") != "" && pictured[v.name] == "" {
			continue
		}
		if v.as != who {
			c.forget()
			if who = v.as; who != "" {
				c.signIn(who)
			}
		}
		c.open(v.path)
		if v.setUp != nil {
			v.setUp(c)
		}
		look(t, c, v)
	}
}

// forget takes all cookies away.
func (c *chrome) forget() {
	c.t.Helper()
	c.do(network.ClearBrowserCookies())
}

// awaited waits for a promise.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
