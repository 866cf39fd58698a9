// Command cmd writes registry_gen.go of package iban from its registry.tsv. Run it through go generate in iban/; it
// reads and writes the working directory and imports tablegen only.
package main

import (
	"fmt"
	"os"

	"ims/iban/internal/tablegen"
)

func main() {
	if err := run("registry.tsv", "registry_gen.go"); err != nil {
		fmt.Fprintln(os.Stderr, "tablegen:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read the data file: %w", err)
	}
	rows, err := tablegen.Read(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	source, err := tablegen.Render(rows)
	if err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return os.WriteFile(to, source, 0o644)
}
