package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// instruction is one line of a Containerfile.
type instruction struct{ word, rest string }

// containerfile reads the instructions of the last stage, and all lines.
func containerfile(t *testing.T) (final []instruction, text string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "" || strings.HasPrefix(word, "#") {
			continue
		}
		if word == "FROM" {
			final = nil
		}
		final = append(final, instruction{word, rest})
	}
	return final, string(raw)
}

func restOf(list []instruction, word string) (all []string) {
	for _, i := range list {
		if i.word == word {
			all = append(all, i.rest)
		}
	}
	return all
}

func words(t *testing.T, rest string) (list []string) {
	t.Helper()
	decode(t, rest[strings.Index(rest, "["):], &list)
	return list
}

// TestContainerfile: the image has nothing but the program, runs it as nobody in particular with settings that it knows, and
// keeps data and key on volumes of their own.
func TestContainerfile(t *testing.T) {
	final, text := containerfile(t)
	if from := restOf(final, "FROM"); len(from) != 1 || from[0] != "scratch" {
		t.Errorf("the image is made from %q", from)
	}
	if user := restOf(final, "USER"); len(user) != 1 || strings.HasPrefix(user[0], "0") || strings.Contains(user[0], "root") {
		t.Errorf("it runs as %q", user)
	}
	entry, command, health := words(t, restOf(final, "ENTRYPOINT")[0]), words(t, restOf(final, "CMD")[0]), words(t, restOf(final, "HEALTHCHECK")[0])
	if len(entry) != 1 || health[0] != entry[0] || !strings.Contains(text, "COPY --from=build /src/bin/ims "+entry[0]+"\n") {
		t.Errorf("it runs %q and asks %q after its health", entry, health)
	}
	var volumes []string
	decode(t, restOf(final, "VOLUME")[0], &volumes)
	settings := map[string]string{}
	for pair := range strings.FieldsSeq(restOf(final, "ENV")[0]) {
		name, value, _ := strings.Cut(pair, "=")
		settings[name] = value
	}
	data, key := filepath.Dir(strings.TrimPrefix(settings["IMS_STORE"], "sqlite:")), filepath.Dir(settings["IMS_KEY"])
	if data == key || !slices.Contains(volumes, data) || !slices.Contains(volumes, key) {
		t.Errorf("data lies in %s and the key in %s, volumes are %q", data, key, volumes)
	}
	for _, folder := range volumes {
		if !regexp.MustCompile(`COPY --from=build --chown=65532:65532 \S+ ` + folder + `\n`).MatchString(text) {
			t.Errorf("the service's user does not own %s", folder)
		}
	}
	var c commands
	parser, err := newParser(&c, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, flag := range configurable(parser.Model.Node) {
		for _, name := range flag.Envs {
			known[name] = true
		}
	}
	for name := range settings {
		if !known[name] {
			t.Errorf("no flag has %s", name)
		}
	}
	for _, args := range [][]string{command, health[1:]} {
		if _, err := parser.Parse(args); err != nil {
			t.Errorf("ims %q: %v", args, err)
		}
	}
}

// TestContainerAgrees: the image is built as the Makefile builds, by the Go of go.mod or a later patch of it, and the operator's
// guide tells of the same volumes, commands and flags.
func TestContainerAgrees(t *testing.T) {
	final, text := containerfile(t)
	guide, makefile, module := readText(t, "docs", "operations.md"), readText(t, "Makefile"), readText(t, "go.mod")
	if !strings.Contains(text, "RUN make build\n") || !regexp.MustCompile(`(?m)^\tCGO_ENABLED=0 .*-o bin/ims \./cmd/ims$`).MatchString(makefile) {
		t.Error("the image is not made of a static program by make build")
	}
	want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(module)[1]
	if !regexp.MustCompile(`(?m)^FROM docker\.io/library/golang:` + regexp.QuoteMeta(want) + `\.\d+ AS build$`).MatchString(text) {
		t.Errorf("it is not built by a pinned Go %s", want)
	}
	var volumes []string
	if err := json.Unmarshal([]byte(restOf(final, "VOLUME")[0]), &volumes); err != nil {
		t.Fatal(err)
	}
	for _, volume := range volumes {
		if !strings.Contains(guide, ":"+volume+" ") {
			t.Errorf("the guide mounts nothing at %s", volume)
		}
	}
	var c commands
	parser, err := newParser(&c, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(environments(parser.Model.Node), " ") + " IMS_TEST_POSTGRES"
	for _, name := range regexp.MustCompile(`\bIMS_[A-Z_]+`).FindAllString(guide+text+readText(t, "examples", "backup", "ims-backup.service"), -1) {
		if !strings.Contains(all, name) {
			t.Errorf("no flag has %s", name)
		}
	}
}

func environments(node *kong.Node) (names []string) {
	for _, flag := range configurable(node) {
		names = append(names, flag.Envs...)
	}
	return names
}

func readText(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
