package panel

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// streamWrite is how long one event may take to be read.
const streamWrite = 15 * time.Second

// stream sends the inside of a live region as server-sent events, at once and then at a pace, when it has changed; with
// once=1 it answers with the inside, for who polls. It ends when there is no more to tell, with the session (which it does not
// renew), with the service, or with whoever reads. The route must be live.
func (v *visit) stream(pace time.Duration, inside func() (part templ.Component, done bool, err error)) error {
	part, done, err := v.inside(inside)
	if err != nil {
		return err
	}
	if v.r.URL.Query().Get("once") != "" {
		v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = v.w.Write(part)
		return nil
	}
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.w.Header().Set("X-Accel-Buffering", "no") // proxies must not collect events
	out := http.NewResponseController(v.w)
	beat := time.NewTicker(pace)
	defer beat.Stop()
	for last := []byte(nil); ; {
		event := ": still here\n\n"
		if !bytes.Equal(part, last) {
			event, last = eventOf("message", part), part
		}
		if done {
			event += eventOf("end", nil)
		}
		_ = out.SetWriteDeadline(time.Now().Add(streamWrite)) // a connection that cannot have one has no need of it
		if _, err := v.w.Write([]byte(event)); err != nil || out.Flush() != nil || done {
			return nil
		}
		select {
		case <-v.r.Context().Done():
			return nil
		case <-v.Stop:
			return nil
		case <-beat.C:
		}
		if v.gone() {
			return nil
		}
		if part, done, err = v.inside(inside); err != nil {
			v.Log.WarnContext(v.r.Context(), "live region", "path", v.r.URL.Path, "cause", err.Error())
			return nil // the browser asks again, and is told what is wrong
		}
	}
}

// onceOf is the address of a stream for who polls.
func onceOf(address string) string {
	if strings.Contains(address, "?") {
		return address + "&once=1"
	}
	return address + "?once=1"
}

// gone tells whether the operator's session ended while the stream went on.
func (v *visit) gone() bool {
	err := v.authenticate(false)
	return err != nil || !v.route.allows(v.actor) || v.over
}

func (v *visit) inside(inside func() (templ.Component, bool, error)) ([]byte, bool, error) {
	part, done, err := inside()
	if err != nil {
		return nil, false, err
	}
	var text bytes.Buffer
	err = part.Render(v.r.Context(), &text)
	return text.Bytes(), done, err
}

// eventOf writes one event; a line of data for each line of the part.
func eventOf(name string, data []byte) string {
	return fmt.Sprintf("event: %s\ndata: %s\n\n", name, strings.ReplaceAll(string(data), "\n", "\ndata: "))
}
