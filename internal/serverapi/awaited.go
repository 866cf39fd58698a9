package serverapi

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// awaited is the body of a long request: whoever announced it may take long to send it, or never do.
type awaited struct {
	io.ReadCloser
	writer http.ResponseWriter
	ended  atomic.Bool
}

// await puts itself in place of a request's body. Without one there is nothing to wait for.
func await(w http.ResponseWriter, r *http.Request) *awaited {
	a := &awaited{ReadCloser: r.Body, writer: w}
	if r.ContentLength == 0 {
		a.ended.Store(true)
	} else {
		r.Body = a
	}
	return a
}

// Read implements io.Reader.
func (a *awaited) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if err == io.EOF {
		a.ended.Store(true)
	}
	return n, err
}

// giveUp ends the wait for what has not come yet. Behind the end of a body it must not happen: there the server watches the
// connection, and would take the deadline for its end and give up the requests that follow. A connection without deadlines
// goes on waiting.
func (a *awaited) giveUp() {
	if !a.ended.Load() {
		_ = http.NewResponseController(a.writer).SetReadDeadline(time.Now())
	}
}

// leave is for the end of the request. HTTP/1 reads on before it lets the answer go, as long as the deadline of an upload
// allows; HTTP/2 answers at once, and there the end of the wait would come in place of the answer to who still sends.
func (a *awaited) leave(r *http.Request) {
	if r.ProtoMajor == 1 {
		a.giveUp()
	}
}
