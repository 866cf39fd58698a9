// Package ims_test holds the rules of the house as ordinary tests: which room
// may import which, that every room says what it is, the words that are used,
// and how long a function or a file may become. It reads the sources of the
// whole module; each rule is proved first on a small bad example.
package ims_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const (
	module        = "ims"
	testRoom      = "internal/store/storetest"
	testDoor      = "internal/web/webtest"
	functionLimit = 70  // lines, from "func" to the closing brace
	fileLimit     = 500 // lines of a file that is neither a test nor generated
)

// room says what the packages of one folder may import of ours.
type room struct {
	imports      []string // in every file
	tests        []string // and in test files besides
	standardOnly bool     // nothing from other modules either
}

// The layers of the house, lowest first; an arrow points down only.
var (
	values = []string{"iban", "internal/money", "internal/names"}
	words  = join(values, "internal/bank")
	store  = join(words, "internal/store")
	work   = []string{
		"internal/customers", "internal/accounts", "internal/ledger", "internal/files", "internal/transfers",
		"internal/history", "internal/notify", "internal/access", "internal/worker", "internal/sandbox",
	}
	doors = join(words, join(work, "internal/qr", "internal/sheet")...)
	doing = []string{"internal/serverapi", "internal/mobileapi", "internal/panel"}

	// A test may arrange its scene with any work room, on a real store.
	scenes = join(store, join(work, "bankfile", "pli", "camt", "mt940", "pain", testRoom)...)
)

// rooms is the plan of the house. A folder with Go files that is not here has
// no place in it; a room that is here may not exist yet. A new sideways arrow
// needs a reason in docs/decisions before it is added. What a room keeps in an
// internal folder of its own (iban/internal/..., such as a generator) is part
// of the room: Go hides it from all others.
var rooms = map[string]room{
	".":    {},
	"iban": {standardOnly: true},
	// What bank files have in common, and the formats: docs/decisions/0023.
	"bankfile": {imports: []string{"iban"}},
	"pli":      {imports: []string{"iban", "bankfile"}},
	"camt":     {imports: []string{"iban", "bankfile"}},
	"mt940":    {imports: []string{"iban", "bankfile"}},
	"pain":     {imports: []string{"iban", "bankfile"}}, // docs/decisions/0027
	"api":      {},
	// The clients see what a stranger sees: the public IBAN value and each other.
	"sdk/*": {imports: []string{"iban", "sdk/*"}}, // modules of their own: docs/decisions/0041

	"internal/money": {standardOnly: true},
	"internal/names": {}, // docs/decisions/0080
	"internal/bank":  {imports: values},
	"internal/qr":    {imports: words}, // docs/decisions/0040
	"internal/sheet": {imports: words}, // docs/decisions/0050

	"internal/store":          {imports: words, tests: []string{testRoom, "internal/store/sqlite", "internal/store/postgres"}},
	"internal/store/sqlite":   {imports: store, tests: []string{testRoom}},
	"internal/store/postgres": {imports: store, tests: []string{testRoom}},
	testRoom:                  {imports: join(store, "internal/store/sqlite", "internal/store/postgres")},

	"internal/customers": {imports: store, tests: scenes},
	"internal/accounts":  {imports: join(store, "internal/ledger"), tests: scenes}, // docs/decisions/0003
	"internal/ledger":    {imports: store, tests: scenes},
	"internal/files":     {imports: join(store, "bankfile", "pli", "camt", "mt940", "internal/ledger", "internal/transfers", "internal/sheet"), tests: scenes},
	"internal/transfers": {imports: join(store, "bankfile", "pli", "camt", "mt940", "pain", "internal/ledger"), tests: scenes},
	"internal/history":   {imports: join(store, "internal/sheet"), tests: scenes},
	"internal/notify":    {imports: store, tests: scenes},
	"internal/access":    {imports: store, tests: scenes},
	"internal/worker":    {tests: scenes},
	"internal/mail":      {standardOnly: false},
	"internal/sandbox":   {imports: join(store, "bankfile", "pli", "internal/files", "internal/accounts"), tests: scenes}, // docs/decisions/0012

	testDoor:             {},
	"internal/web":       {imports: doors, tests: scenes},
	"internal/serverapi": {imports: join(doors, "internal/web", "api"), tests: join(scenes, testDoor)},
	"internal/mobileapi": {imports: join(doors, "internal/web", "api"), tests: join(scenes, testDoor)},
	"internal/panel":     {imports: join(doors, "internal/web", "api"), tests: join(scenes, testDoor)},

	"cmd/ims": {
		imports: join(join(store, doors...), join(doing, "internal/mail", "bankfile", "pli", "camt", "mt940", "pain", "api", "internal/web", "internal/store/sqlite", "internal/store/postgres")...),
		tests:   []string{testRoom, "sdk/*"},
	},
}

// rejectedWord is a word of the glossary's right-hand column that has no honest
// other meaning where it is looked for.
type rejectedWord struct {
	phrase   string // lower case; a plural s is found as well
	say      string
	comments bool // also in doc comments, not only in exported names
}

// rejectedWords leaves out what the glossary rejects but Go, HTTP or SQL need:
// client (http.Client), account (bank account is the API's word), batch (one
// commit for several operations), row, error, operation (OpenAPI), entry
// (fs.DirEntry, audit entries), sender (of a notification), callback (a
// function), block, date. Sender and receiver are rejected where they stand for
// the two parties of a payment. The verb "freeze" is common in comments about
// clocks, and the outcome CREDITED_FROZEN is ours.
var rejectedWords = []rejectedWord{
	{phrase: "wallet", say: "balance", comments: true},
	{phrase: "tenant", say: "customer", comments: true},
	{phrase: "partner", say: "customer"},
	{phrase: "settlement balance", say: "bank balance", comments: true},
	{phrase: "settlement account", say: "master account", comments: true},
	{phrase: "negative balance", say: "receivable"},
	{phrase: "account number", say: "IBAN"},
	{phrase: "movement", say: "posting"},
	{phrase: "ledger entry", say: "posting", comments: true},
	{phrase: "journal entry", say: "posting", comments: true},
	{phrase: "freeze", say: "hold, or block"},
	{phrase: "debtor", say: "payer"},
	{phrase: "creditor", say: "payee"},
	{phrase: "sender iban", say: "payer"},
	{phrase: "sender name", say: "payer"},
	{phrase: "sender account", say: "payer"},
	{phrase: "receiver iban", say: "payee"},
	{phrase: "receiver name", say: "payee"},
	{phrase: "receiver account", say: "payee"},
	{phrase: "callback url", say: "notification endpoint"},
}

// bannedFolders are buckets: they collect what has no subject.
var bannedFolders = []string{"util", "utils", "common", "misc", "helper", "helpers", "core", "base", "shared"}

// source is one parsed Go file of the module.
type source struct {
	path      string // relative to the module, with slashes
	lines     int
	syntax    *ast.File
	positions *token.FileSet
}

func (s *source) dir() string     { return path.Dir(s.path) }
func (s *source) isTest() bool    { return strings.HasSuffix(s.path, "_test.go") }
func (s *source) generated() bool { return ast.IsGenerated(s.syntax) }

func (s *source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.positions.Position(n.Pos()).Line)
}

// rule returns what is wrong with the given files, one sentence each.
type rule struct {
	name  string
	check func([]*source) []string
}

var houseRules = []rule{
	{"arrows", eachFile(forbiddenImports)},
	{"rooms say what they are", undocumentedPackages},
	{"no buckets", eachFile(bucketFolders)},
	{"words", eachFile(rejectedNames)},
	{"words in doc comments", eachFile(rejectedComments)},
	{"unfinished work has a reason", eachFile(unreasonedMarkers)},
	{"function length", eachFile(longFunctions)},
	{"file length", eachFile(longFiles)},
	{"nothing happens on import", eachFile(initFunctions)},
}

func TestHouse(t *testing.T) {
	files := readModule(t)
	for _, r := range houseRules {
		t.Run(r.name, func(t *testing.T) {
			for _, fault := range r.check(files) {
				t.Error(fault)
			}
		})
	}
}

// TestPlanNamesOnlyRooms guards the plan itself against slips of the pen.
func TestPlanNamesOnlyRooms(t *testing.T) {
	for name, r := range rooms {
		for _, target := range append(slices.Clone(r.imports), r.tests...) {
			if _, ok := rooms[target]; !ok {
				t.Errorf("room %s may import %s, which is no room", name, target)
			}
			if strings.HasPrefix(target, "cmd/") {
				t.Errorf("room %s may import %s; nobody imports cmd", name, target)
			}
		}
		if slices.Contains(r.imports, testRoom) || slices.Contains(r.imports, testDoor) {
			t.Errorf("room %s may import %s outside its tests", name, testRoom)
		}
	}
	for _, door := range append(slices.Clone(doing), "internal/web") {
		if slices.Contains(rooms[door].imports, "internal/store") {
			t.Errorf("door %s may import the store", door)
		}
	}
}

func forbiddenImports(s *source) []string {
	here, ok := roomOf(s.dir())
	if !ok {
		return []string{fmt.Sprintf("%s: folder %s is not in the plan of the house (rooms in tidy_test.go)", s.path, s.dir())}
	}
	var faults []string
	for _, spec := range s.syntax.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil || importAllowed(here, s, target) {
			continue
		}
		faults = append(faults, fmt.Sprintf("%s: %s may not import %s", s.at(spec), s.dir(), target))
	}
	return faults
}

func importAllowed(here room, s *source, target string) bool {
	own, isOwn := strings.CutPrefix(target, module+"/")
	first, _, _ := strings.Cut(target, "/")
	switch {
	case strings.HasPrefix(target, "github.com/stretchr/testify"):
		return false // go-cmp is the only help with assertions
	case !isOwn && strings.Contains(first, "."):
		return s.isTest() || !here.standardOnly
	case !isOwn:
		return true
	case s.isTest() && (own == s.dir() || covers(here.tests, own)):
		return true
	case strings.HasPrefix(own, roomFolder(s.dir())+"/internal/"):
		return true
	}
	return covers(here.imports, own)
}

// covers reports whether a list of rooms contains the folder; "sdk/*" stands
// for all folders below sdk.
func covers(list []string, dir string) bool {
	return slices.ContainsFunc(list, func(name string) bool {
		parent, wild := strings.CutSuffix(name, "/*")
		return name == dir || wild && strings.HasPrefix(dir, parent+"/")
	})
}

func roomOf(dir string) (room, bool) {
	for name, r := range rooms {
		if covers([]string{name}, roomFolder(dir)) {
			return r, true
		}
	}
	return room{}, false
}

// roomFolder cuts off a room's own internal folder.
func roomFolder(dir string) string {
	folder, _, _ := strings.Cut(dir, "/internal/")
	return folder
}

// undocumentedPackages wants a package comment in each folder that has more
// than tests; a room has it in doc.go, where it also tells the room's imports.
func undocumentedPackages(files []*source) []string {
	comments := map[string]string{} // by folder
	for _, s := range files {
		inDoc := path.Base(s.path) == "doc.go"
		if inner := roomFolder(s.dir()) != s.dir(); !s.isTest() {
			comments[s.dir()] += "" // a folder without a comment counts too
			if inDoc || inner {
				comments[s.dir()] += s.syntax.Doc.Text()
			}
		}
	}
	var faults []string
	for dir, comment := range comments {
		switch {
		case comment == "":
			faults = append(faults, fmt.Sprintf("%s: no doc.go with a package comment", dir))
		case roomFolder(dir) == dir && !strings.Contains(comment, "import"):
			faults = append(faults, fmt.Sprintf("%s/doc.go: does not say what the room may import", dir))
		}
	}
	slices.Sort(faults)
	return faults
}

func bucketFolders(s *source) []string {
	for _, name := range append(strings.Split(s.dir(), "/"), s.syntax.Name.Name) {
		if slices.Contains(bannedFolders, name) {
			return []string{fmt.Sprintf("%s: %q says nothing about what is inside", s.path, name)}
		}
	}
	return nil
}

func rejectedNames(s *source) []string {
	if s.isTest() || s.generated() {
		return nil
	}
	var faults []string
	for _, name := range declaredNames(s.syntax) {
		text := spaced(name.Name)
		for _, w := range rejectedWords {
			if name.IsExported() && containsPhrase(text, w.phrase) {
				faults = append(faults, fmt.Sprintf("%s: %s: the word is %q, not %q", s.at(name), name.Name, w.say, w.phrase))
			}
		}
	}
	return faults
}

// declaredNames lists what a file declares and a reader outside could see:
// functions, types, constants, variables, fields and methods.
func declaredNames(file *ast.File) []*ast.Ident {
	var names []*ast.Ident
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			names = append(names, n.Name)
			return false // what a function declares inside is its own affair
		case *ast.TypeSpec:
			names = append(names, n.Name)
		case *ast.ValueSpec:
			names = append(names, n.Names...)
		case *ast.Field:
			names = append(names, n.Names...)
		}
		return true
	})
	return names
}

func rejectedComments(s *source) []string {
	if s.isTest() || s.generated() {
		return nil
	}
	var faults []string
	for _, comment := range docComments(s.syntax) {
		text := spaced(comment.Text())
		for _, w := range rejectedWords {
			if w.comments && containsPhrase(text, w.phrase) {
				faults = append(faults, fmt.Sprintf("%s: the comment says %q; the word is %q", s.at(comment), w.phrase, w.say))
			}
		}
	}
	return faults
}

func docComments(file *ast.File) []*ast.CommentGroup {
	var groups []*ast.CommentGroup
	ast.Inspect(file, func(n ast.Node) bool {
		var doc *ast.CommentGroup
		switch n := n.(type) {
		case *ast.File:
			doc = n.Doc
		case *ast.GenDecl:
			doc = n.Doc
		case *ast.FuncDecl:
			doc = n.Doc
		case *ast.TypeSpec:
			doc = n.Doc
		case *ast.ValueSpec:
			doc = n.Doc
		case *ast.Field:
			doc = n.Doc
		}
		if doc != nil {
			groups = append(groups, doc)
		}
		return true
	})
	return groups
}

// spaced turns a name or a text into lower-case words with one space between
// and around them: "HTTPWalletID" and "HTTP wallet-ID" become " http wallet id ".
func spaced(text string) string {
	runes := []rune(text)
	var out strings.Builder
	out.WriteByte(' ')
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			out.WriteByte(' ')
			continue
		}
		if startsWord(runes, i) {
			out.WriteByte(' ')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return " " + strings.Join(strings.Fields(out.String()), " ") + " "
}

// startsWord reports whether an upper-case letter follows a lower-case one, or
// ends a run of capitals as the W of "HTTPWallet" does.
func startsWord(runes []rune, i int) bool {
	if i == 0 || !unicode.IsUpper(runes[i]) {
		return false
	}
	return !unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

func containsPhrase(text, phrase string) bool {
	return strings.Contains(text, " "+phrase+" ") || strings.Contains(text, " "+phrase+"s ")
}

var (
	marker   = regexp.MustCompile(`\b(TODO|FIXME)\b|\bXXX:|^\s*XXX\b`)
	reasoned = regexp.MustCompile(`\b(TODO|FIXME|XXX)\(\s*[^)\s][^)]*\)`)
)

// unreasonedMarkers accepts a marker only with an owner, an issue or a reason in
// parentheses right behind it. XXX counts where it opens a comment or a colon
// follows, as it is also a code of ISO 4217.
func unreasonedMarkers(s *source) []string {
	var faults []string
	for _, group := range s.syntax.Comments {
		for _, comment := range group.List {
			text := strings.TrimLeft(comment.Text, "/* \t")
			if marker.MatchString(text) && !reasoned.MatchString(text) {
				faults = append(faults, fmt.Sprintf("%s: %q names no owner, issue or reason", s.at(comment), text))
			}
		}
	}
	return faults
}

func longFunctions(s *source) []string {
	if s.generated() {
		return nil
	}
	var faults []string
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		var name string
		switch n := n.(type) {
		case *ast.FuncDecl:
			name = n.Name.Name
		case *ast.FuncLit:
			name = "a function literal"
		default:
			return true
		}
		lines := s.positions.Position(n.End()).Line - s.positions.Position(n.Pos()).Line + 1
		if lines > functionLimit {
			faults = append(faults, fmt.Sprintf("%s: %s has %d lines, the limit is %d", s.at(n), name, lines, functionLimit))
		}
		return false
	})
	return faults
}

func longFiles(s *source) []string {
	if s.isTest() || s.generated() || s.lines <= fileLimit {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d lines, the limit is %d", s.path, s.lines, fileLimit)}
}

// initFunctions refuses func init: what a program contains is wired in cmd, for
// all to read.
func initFunctions(s *source) []string {
	if s.generated() {
		return nil
	}
	var faults []string
	for _, declaration := range s.syntax.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			faults = append(faults, fmt.Sprintf("%s: func init; wire it in cmd instead", s.at(f)))
		}
	}
	return faults
}

// eachFile makes a rule about all files of a rule about one.
func eachFile(check func(*source) []string) func([]*source) []string {
	return func(files []*source) []string {
		var faults []string
		for _, s := range files {
			faults = append(faults, check(s)...)
		}
		return faults
	}
}

// join returns a new list, so that no two rooms share one.
func join(list []string, more ...string) []string {
	return append(slices.Clone(list), more...)
}

// readModule parses every Go file of the module as it lies on disk.
func readModule(t *testing.T) []*source {
	t.Helper()
	var files []*source
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if skipFolder(name, entry.Name()) || ownModule(name) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s, err := parseSource(filepath.ToSlash(name), string(text))
		files = append(files, s)
		return err
	})
	if err != nil {
		t.Fatalf("read the module: %v", err)
	}
	return files
}

// ownModule tells whether a folder is a module of its own, as benchmarks
// against other libraries are. The SDKs are that too, but part of the house.
func ownModule(name string) bool {
	_, err := os.Stat(filepath.Join(name, "go.mod"))
	return name != "." && filepath.Dir(name) != "sdk" && err == nil
}

// skipFolder leaves out what is not the module's own source. tools is a module
// of its own and holds no code.
func skipFolder(name, base string) bool {
	hidden := base != "." && strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
	return hidden || slices.Contains([]string{"testdata", "node_modules", "vendor"}, base) ||
		slices.Contains([]string{"bin", "demo", "tools"}, name)
}

func parseSource(name, text string) (*source, error) {
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	return &source{path: name, lines: strings.Count(text, "\n"), syntax: syntax, positions: positions}, nil
}

// bite is a small file and what one rule must say about it; want "" means that
// the rule must keep quiet.
type bite struct {
	rule, path, text, want string
}

var bites = []bite{
	{"arrows", "internal/money/a.go", `package money; import "ims/internal/bank"`, "may not import ims/internal/bank"},
	{"arrows", "internal/money/a.go", `package money; import "github.com/google/uuid"`, "may not import github.com/google/uuid"},
	{"arrows", "internal/money/a_test.go", `package money; import "pgregory.net/rapid"`, ""},
	{"arrows", "iban/a.go", `package iban; import "ims/internal/money"`, "may not import"},
	{"arrows", "pli/a.go", `package pli; import "ims/iban"`, ""},
	{"arrows", "pli/a.go", `package pli; import "ims/internal/bank"`, "may not import"},
	{"arrows", "internal/panel/a.go", `package panel; import "ims/internal/store"`, "internal/panel may not import ims/internal/store"},
	{"arrows", "internal/serverapi/a.go", `package serverapi; import "ims/internal/store/sqlite"`, "may not import"},
	{"arrows", "internal/serverapi/a.go", `package serverapi; import "ims/internal/ledger"`, ""},
	{"arrows", "internal/serverapi/a.go", `package serverapi; import "ims/internal/panel"`, "may not import"},
	{"arrows", "internal/accounts/a.go", `package accounts; import "ims/internal/files"`, "may not import"},
	{"arrows", "internal/files/a.go", `package files; import ("ims/internal/ledger"; "ims/pli")`, ""},
	{"arrows", "internal/ledger/a.go", `package ledger; import "ims/internal/files"`, "may not import"},
	{"arrows", "internal/worker/a.go", `package worker; import "ims/internal/bank"`, "may not import"},
	{"arrows", "internal/store/a.go", `package store; import "ims/internal/store/sqlite"`, "may not import"},
	{"arrows", "internal/store/sqlite/a.go", `package sqlite; import "ims/internal/store/postgres"`, "may not import"},
	{"arrows", "internal/ledger/a.go", `package ledger; import "ims/internal/store/storetest"`, "may not import"},
	{"arrows", "cmd/ims/a.go", `package main; import "ims/internal/store/storetest"`, "may not import"},
	{"arrows", "internal/ledger/a_test.go", `package ledger_test; import ("ims/internal/ledger"; "ims/internal/store/storetest")`, ""},
	{"arrows", "internal/history/a.go", `package history; import "ims/cmd/ims"`, "may not import"},
	{"arrows", "sdk/mobile/a.go", `package mobile; import "ims/internal/money"`, "may not import"},
	{"arrows", "sdk/mobile/a.go", `package mobile; import "ims/sdk/server"`, ""},
	{"arrows", "iban/internal/tablegen/a.go", `package tablegen; import "ims/iban/internal/tablegen/read"`, ""},
	{"arrows", "iban/internal/tablegen/a.go", `package tablegen; import "ims/internal/bank"`, "may not import"},
	{"arrows", "pli/a.go", `package pli; import "ims/iban/internal/tablegen"`, "may not import"},
	{"arrows", "internal/attic/a.go", `package attic`, "not in the plan"},
	{"arrows", "internal/bank/a_test.go", `package bank; import "github.com/stretchr/testify/require"`, "may not import"},

	{"rooms say what they are", "internal/bank/a.go", "// Package bank is commented in the wrong file.\npackage bank", "no doc.go"},
	{"rooms say what they are", "internal/bank/doc.go", "package bank", "no doc.go with a package comment"},
	{"rooms say what they are", "internal/bank/doc.go", "// Package bank has words.\npackage bank", "may import"},
	{"rooms say what they are", "internal/bank/doc.go", "// Package bank has words. It may import values.\npackage bank", ""},
	{"rooms say what they are", "iban/internal/tablegen/a.go", "package tablegen", "no doc.go"},
	{"rooms say what they are", "iban/internal/tablegen/a.go", "// Package tablegen writes a table.\npackage tablegen", ""},
	{"rooms say what they are", "a_test.go", "package ims_test", ""},

	{"no buckets", "internal/util/a.go", "package util", `"util" says nothing`},
	{"no buckets", "internal/bank/a.go", "package common", `"common" says nothing`},
	{"no buckets", "internal/bank/a.go", "package bank", ""},

	{"words", "internal/bank/a.go", "package bank; type WalletID string", `the word is "balance"`},
	{"words", "internal/bank/a.go", "package bank; type Payment struct { HTTPTenants int }", `the word is "customer"`},
	{"words", "internal/bank/a.go", "package bank; type Payment interface { SenderIBAN() }", `the word is "payer"`},
	{"words", "internal/bank/a.go", "package bank; const SettlementBalance = 1", `the word is "bank balance"`},
	{"words", "internal/bank/a.go", "package bank; func (*payment) FreezeBalance() {}", `the word is "hold, or block"`},
	{"words", "internal/bank/a.go", "package bank; var walletID, Settled int; type HTTPClient struct { Sender, Operation int }", ""},
	{"words", "internal/bank/a.go", "package bank; func Lieutenant() { type Wallet int }", ""},
	{"words", "internal/bank/a_test.go", "package bank; func TestWalletIsRefused() {}", ""},
	{"words", "sdk/server/a.go", "// Code generated by hand. DO NOT EDIT.\npackage server; type Wallet int", ""},

	{"words in doc comments", "internal/bank/a.go", "package bank\n\n// Book moves a ledger entry.\nfunc Book() {}", `the word is "posting"`},
	{"words in doc comments", "internal/bank/a.go", "// Package bank is multi-tenant.\npackage bank", `the word is "customer"`},
	{"words in doc comments", "internal/bank/a_test.go", "package bank\n\n// A wallet is refused.\nfunc Book() {}", ""},
	{"words in doc comments", "internal/bank/a.go", "package bank\n\n// Book uses the HTTP client as a settlement.\nfunc Book() {}", ""},

	{"unfinished work has a reason", "iban/a.go", "package iban // TODO: later", "names no owner"},
	{"unfinished work has a reason", "iban/a.go", "package iban // see FIXME() below", "names no owner"},
	{"unfinished work has a reason", "iban/a.go", "package iban\n\n/* XXX: odd */", "names no owner"},
	{"unfinished work has a reason", "iban/a_test.go", "package iban // XXX odd", "names no owner"},
	{"unfinished work has a reason", "iban/a.go", "package iban // TODO(#12): the registry has a newer release", ""},
	{"unfinished work has a reason", "iban/a.go", "package iban // the code XXX means no currency; TODOS and XXXX are words", ""},
	{"unfinished work has a reason", "iban/a.go", "package iban; const s = `// TODO`", ""},

	{"function length", "iban/a.go", "package iban\n\nfunc long() {" + lines(69) + "\n}", "long has 71 lines"},
	{"function length", "iban/a_test.go", "package iban\n\nvar long = func() {" + lines(69) + "\n}", "literal has 71 lines"},
	{"function length", "iban/a.go", "package iban\n\nfunc short() {" + lines(68) + "\n}", ""},

	{"file length", "iban/a.go", "package iban" + lines(500) + "\n", "501 lines"},
	{"file length", "iban/a.go", "package iban" + lines(499) + "\n", ""},
	{"file length", "iban/a_test.go", "package iban" + lines(600) + "\n", ""},
	{"file length", "iban/a.go", "// Code generated by hand. DO NOT EDIT.\n\npackage iban" + lines(600) + "\n", ""},

	{"nothing happens on import", "iban/a.go", "package iban; func init() {}", "func init"},
	{"nothing happens on import", "iban/a.go", "package iban; type s int; func (s) init() {}", ""},
}

func lines(n int) string { return strings.Repeat("\n", n) }

func TestHouseRulesBite(t *testing.T) {
	for _, b := range bites {
		s, err := parseSource(b.path, b.text)
		if err != nil {
			t.Errorf("%s: %v", b.rule, err)
			continue
		}
		i := slices.IndexFunc(houseRules, func(r rule) bool { return r.name == b.rule })
		faults := strings.Join(houseRules[i].check([]*source{s}), "\n")
		if b.want == "" && faults != "" || !strings.Contains(faults, b.want) {
			t.Errorf("rule %q on %s:\n%.200s\nsaid %q, want %q", b.rule, b.path, b.text, faults, b.want)
		}
	}
}

// TestEveryHouseRuleBites refuses a rule that no example has shown to work, in
// both directions.
func TestEveryHouseRuleBites(t *testing.T) {
	for _, r := range houseRules {
		biting := slices.ContainsFunc(bites, func(b bite) bool { return b.rule == r.name && b.want != "" })
		quiet := slices.ContainsFunc(bites, func(b bite) bool { return b.rule == r.name && b.want == "" })
		if !biting || !quiet {
			t.Errorf("rule %q: shown to bite %v, to keep quiet %v", r.name, biting, quiet)
		}
	}
}
