package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// TestSDKExamples runs the examples of the SDKs as their READMEs say, against a real service: what a customer's engineer
// copies first must work as it stands there.
func TestSDKExamples(t *testing.T) {
	t.Parallel()
	dir, _, _ := demonstrated(t)
	s := startService(t, dir)
	t.Run("go", func(t *testing.T) {
		code := filepath.Join(t.TempDir(), "code.png")
		out := example(t, filepath.Join("..", "..", "sdk", "go"), "go", "run", "./example", "-address", "https://"+s.api, "-dir", dir, "-qr", code)
		tells(t, out, `we are V-DemoPay-App`, `getIban PL\d{26}`, `QR code image/png`, `credit 1500, replayed false\ncredit 1500, replayed true`,
			`refused: ims: 422 insufficient-funds`, `transaction CREDIT CLEARED 1500 PLN\n$`)
		if info, err := os.Stat(code); err != nil || info.Size() == 0 {
			t.Errorf("the QR code was not written: %v", err)
		}
	})
	t.Run("mobile", func(t *testing.T) {
		out := example(t, filepath.Join("..", "..", "sdk", "mobile"), "go", "run", "./example", "-address", "https://"+s.api, "-dir", dir)
		tells(t, out, `getAccountIbans PL\d{2} `, `QR code of \d+ bytes`, `balance 708000 PLN`, `transaction TRANSFER_IN 620000 PLN`, `refused: ims: \[not-found\]`)
	})
	t.Run("typescript", func(t *testing.T) {
		if _, err := exec.LookPath("npm"); err != nil && os.Getenv("CI") == "" {
			t.Skip("npm is not installed; scripts/install installs it")
		}
		example(t, filepath.Join("..", ".."), "scripts/sdk", "build")
		out := example(t, filepath.Join("..", "..", "sdk", "typescript"), "node", "build/example/first-iban.js", "--address", "https://"+s.api, "--dir", dir)
		tells(t, out, `we are V-DemoPay-App`, `getIban PL\d{26}`, `QR code <svg`, `credit 1500 replayed false\ncredit 1500 replayed true`,
			`refused: 422 insufficient-funds`, `transaction CREDIT CLEARED 1500 PLN\n$`)
		out = example(t, filepath.Join("..", "..", "sdk", "typescript"), "env", "NODE_EXTRA_CA_CERTS="+filepath.Join(dir, "ca.pem"),
			"node", "build/example/app-ibans.js", "--address", "https://"+s.api, "--dir", dir)
		tells(t, out, `getIbanMobile PL\d{2} `, `QR code <svg`, `balance 708000 PLN`, `transaction TRANSFER_IN 620000 PLN`, `refused: 404 not-found`)
	})
}

// example runs a program in a folder and returns what it wrote.
func example(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// tells wants every pattern in a text.
func tells(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("nothing says %s in\n%s", pattern, text)
		}
	}
}
