package ims

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	retries   = 3
	firstWait = 200 * time.Millisecond
	longest   = 10 * time.Second // a person waits
	bodyLimit = 8 << 20          // bytes of an answer
)

// read gets JSON of the path into a value.
func (c *Client) read(path string, query url.Values, value any) error {
	body, err := c.get(path, query)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, value); err != nil {
		return errors.New("ims: the answer of the service cannot be read")
	}
	return nil
}

// get returns the body of an answer. Every request only reads, so it is repeated after lost connections, 429 and 503, and once
// with a renewed token where the service no longer takes the old one.
func (c *Client) get(path string, query url.Values) ([]byte, error) {
	token, err := c.freshToken("")
	if err != nil {
		return nil, err
	}
	renewed := false
	for attempt := 0; ; attempt++ {
		body, err := c.once(http.MethodGet, path, query.Encode(), token)
		if err == nil {
			return body, nil
		}
		refused, _ := errors.AsType[*refusal](err)
		if refused != nil && refused.status == http.StatusUnauthorized && !renewed {
			renewed = true
			if token, err = c.freshToken(token); err != nil {
				return nil, err
			}
			continue
		}
		if attempt >= retries || refused != nil && !refused.passing() || !c.pause(waitAfter(refused, attempt)) {
			return nil, err
		}
	}
}

// pause tells whether it waited: not where that would be too long, or the client was closed.
func (c *Client) pause(wait time.Duration) bool {
	if wait > longest {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.closed.Done():
		return false
	}
}

// waitAfter is what the service asked for, or doubles with each attempt, half of it by chance.
func waitAfter(refused *refusal, attempt int) time.Duration {
	if refused != nil && refused.retryAfter > 0 {
		return refused.retryAfter
	}
	wait := firstWait << attempt
	return wait/2 + rand.N(wait/2+1)
}

func (c *Client) once(method, path, query, token string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.closed, requestTime)
	defer cancel()
	address := c.base + path
	if query != "" {
		address += "?" + query
	}
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, errors.New("ims: the request cannot be written")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if language := c.spoken(); language != "" {
		request.Header.Set("Accept-Language", language)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, lost(c.closed)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit))
	if err != nil {
		return nil, lost(c.closed)
	}
	if response.StatusCode >= 300 {
		return nil, refusalOf(response, body)
	}
	return body, nil
}

// lost does not repeat the cause: it holds the address with what was asked for.
func lost(closed context.Context) error {
	if closed.Err() != nil {
		return errors.New("ims: the client is closed")
	}
	return errors.New("ims: the service cannot be reached")
}

// refusal is a problem that the service answered with.
type refusal struct {
	status     int
	code       string
	detail     string
	requestID  string
	retryAfter time.Duration
}

func refusalOf(response *http.Response, body []byte) *refusal {
	r := &refusal{status: response.StatusCode, requestID: response.Header.Get("Request-Id")}
	var p struct{ Code, Detail, Title, RequestID string }
	if json.Unmarshal(body, &p) == nil && p.Code != "" {
		r.code, r.detail, r.requestID = p.Code, p.Detail, p.RequestID
		if p.Detail == "" {
			r.detail = p.Title
		}
	} else {
		r.code, r.detail = "http-"+strconv.Itoa(r.status), http.StatusText(r.status)
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.retryAfter = time.Duration(seconds) * time.Second
	}
	return r
}

// passing tells whether the same request may be answered a moment later.
func (r *refusal) passing() bool {
	switch r.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
