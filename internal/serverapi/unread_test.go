package serverapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	"ims/internal/bank"
)

// upload sends a body of unknown length to an address below the uploads.
func (c *caller) upload(ctx context.Context, query string, body io.Reader, headers ...string) answer {
	c.t.Helper()
	request := must[*http.Request](c.t)(http.NewRequestWithContext(ctx, "POST", c.base+"/secure/transaction-files"+query, body))
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	return answer{c.t, "upload" + query, response.StatusCode, response.Header, must[[]byte](c.t)(io.ReadAll(response.Body))}
}

// TestRefusedBeforeItsBody: an upload that is refused for what its head says is told so at once, and holds no connection
// while its body does not come.
func TestRefusedBeforeItsBody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := s.example()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // or a failure would wait for longTime
	defer cancel()
	query := "?name=late.pli&masterAccountId=" + c.master.ID.String()
	admin, powerless := c.caller("V-Example-Admin"), c.caller("V-Example-Reader", bank.PermFilesRead)
	for _, refused := range []struct {
		by      *caller
		query   string
		headers []string
		want    *bank.Error
	}{
		{s.connect(nil), query, nil, bank.ErrUnauthenticated},
		{powerless, query, nil, bank.ErrForbidden},
		{admin, "?name=late.pli", nil, bank.ErrInvalid},
		{admin, query, []string{"Content-Type", "multipart/form-data; boundary=x"}, bank.ErrUnsupportedMedia},
		{admin, query, []string{"Idempotency-Key", "not visible"}, bank.ErrMalformed},
		{admin, "?name=late.pli&masterAccountId=" + nowhere, nil, bank.ErrNotFound},
	} {
		body, pen := io.Pipe()
		refused.by.upload(ctx, refused.query, body, refused.headers...).refused(refused.want)
		_ = pen.Close()
	}
}

// TestRefusedWhileSending: with HTTP/2 the refusal comes through while the body is still being sent.
func TestRefusedWhileSending(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := s.example()
	for range 20 {
		stranger := s.connect(nil)
		stranger.transport.ForceAttemptHTTP2 = true
		stranger.upload(t.Context(), "?name=late.pli&masterAccountId="+c.master.ID.String(), io.MultiReader(bytes.NewReader(make([]byte, 1<<20)))).
			refused(bank.ErrUnauthenticated)
	}
}

// TestRefusedReport: whoever was refused a report goes on with the same connection.
func TestRefusedReport(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c, second := s.example(), s.second()
	must[string](t)(s.customers.AddDomain(context.Background(), bank.System(c.ID, "test"), "app.example.com"))
	api := second.caller("V-Second-Backend")
	connections := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{ConnectStart: func(string, string) { connections++ }})
	for range 3 {
		for path, want := range map[string]int{"/secure/transaction-files/" + nowhere + "/report": 403, "/secure/whoami": 200} {
			request := must[*http.Request](t)(http.NewRequestWithContext(ctx, "GET", api.base+path, nil))
			if want == 403 {
				request.Header.Set("Origin", "https://app.example.com")
			}
			response, err := api.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s: %d", path, response.StatusCode)
			}
		}
	}
	if connections != 1 {
		t.Errorf("%d connections", connections)
	}
}
