package mail_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	imsmail "ims/internal/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a mail server that takes one letter, or refuses its addressee.
func server(t *testing.T, refuse bool) (port int, letter <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan string, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		talk(conn, refuse, taken)
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return listener.Addr().(*net.TCPAddr).Port, taken
}

func talk(conn net.Conn, refuse bool, taken chan<- string) {
	lines := bufio.NewScanner(conn)
	fmt.Fprint(conn, "220 test\r\n")
	var text strings.Builder
	data := false
	for lines.Scan() {
		line := lines.Text()
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch {
		case data && line == ".":
			data = false
			taken <- text.String()
			fmt.Fprint(conn, "250 taken\r\n")
		case data:
			text.WriteString(line + "\r\n")
		case verb == "RCPT" && refuse:
			fmt.Fprint(conn, "550 nobody\r\n")
		case verb == "DATA":
			data = true
			fmt.Fprint(conn, "354 go on\r\n")
		case verb == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 fine\r\n")
		}
	}
}

func sender(t *testing.T, port int, e imsmail.Encryption) *imsmail.Sender {
	t.Helper()
	s, err := imsmail.NewSender(imsmail.Config{Host: "127.0.0.1", Port: port, From: "IBAN panel <panel@example.test>", Encryption: e})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSend(t *testing.T) {
	port, letters := server(t, false)
	if err := sender(t, port, imsmail.Plain).Send(t.Context(), "ada@example.test", "Zażółć", "Otwórz link:\n\nhttps://panel.example/invitation/abc\n"); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(strings.NewReader(<-letters))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"To": "<ada@example.test>", "From": `"IBAN panel" <panel@example.test>`, "Auto-Submitted": "auto-generated"} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

func TestSendRefused(t *testing.T) {
	port, _ := server(t, true)
	if err := sender(t, port, imsmail.Plain).Send(t.Context(), "nobody@example.test", "s", "t"); err == nil {
		t.Error("a refused letter was sent")
	}
}

// A server without TLS must not be told a letter, which holds a link that lets in.
func TestSendNeverInTheClear(t *testing.T) {
	port, letters := server(t, false)
	if err := sender(t, port, imsmail.StartTLS).Send(t.Context(), "ada@example.test", "s", "t"); err == nil {
		t.Error("sent without TLS")
	}
	select {
	case l := <-letters:
		t.Errorf("letter %q", l)
	default:
	}
}

func TestSendGivesUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := sender(t, listener.Addr().(*net.TCPAddr).Port, imsmail.Plain).Send(ctx, "ada@example.test", "s", "t"); err == nil {
		t.Error("sent to nobody")
	}
}

func TestNewSenderRefuses(t *testing.T) {
	for name, c := range map[string]imsmail.Config{
		"no sender":     {Host: "mail.example", Port: 25, Encryption: imsmail.Plain},
		"no host":       {Port: 25, From: "a@example.test", Encryption: imsmail.Plain},
		"no encryption": {Host: "mail.example", Port: 25, From: "a@example.test"},
		"port":          {Host: "mail.example", Port: 99999, From: "a@example.test", Encryption: imsmail.Plain},
	} {
		if _, err := imsmail.NewSender(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
