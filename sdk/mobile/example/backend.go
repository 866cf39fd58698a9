package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"
)

// backend stands for the customer's server: in a real app RenewToken asks it over the app's own session, and it never sends a
// certificate to a phone.
type backend struct {
	address string
	http    *http.Client
	userID  string
}

func newBackend(address, dir string, ca []byte) (*backend, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "client.pem"), filepath.Join(dir, "client.key"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	b := &backend{address: address, http: &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots, Certificates: []tls.Certificate{pair}}}}}
	var users struct{ Items []struct{ ID string } }
	if err := b.call(http.MethodGet, "/secure/users?limit=1", nil, &users); err != nil {
		return nil, err
	}
	if len(users.Items) == 0 {
		return nil, errors.New("there is no end user")
	}
	b.userID = users.Items[0].ID
	return b, nil
}

// RenewToken implements ims.TokenSource.
func (b *backend) RenewToken() (string, error) {
	var session struct{ Token string }
	err := b.call(http.MethodPost, "/secure/sessions", map[string]string{"userId": b.userID, "deviceId": "example-phone"}, &session)
	return session.Token, err
}

func (b *backend) call(method, path string, body, value any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, b.address+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(value)
}
