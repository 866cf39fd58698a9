package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ims/internal/store"
)

func TestAtLeast(t *testing.T) {
	for version, want := range map[string]bool{
		"3.51.3": true, "3.51.4": true, "3.51.10": true, "3.52.0": true, "3.100.0": true, "4.0.0": true,
		"3.51.2": false, "3.51.0": false, "3.9.9": false, "3.50.7": false, "2.99.99": false,
		"": false, "3": false, "3.51": false, "three": false,
	} {
		if got := atLeast(version, 3, 51, 3); got != want {
			t.Errorf("%q is at least 3.51.3: %t", version, got)
		}
	}
}

// open returns the pools of a fresh file whose path would break a connection string that was only glued together.
func open(t *testing.T) (e Engine, write, read *sql.DB) {
	t.Helper()
	e = Engine{Path: filepath.Join(t.TempDir(), "a b%20?mode=ro&x#ż", "ims.db")}
	write, read, err := e.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { write.Close(); read.Close() })
	return e, write, read
}

func TestOpenIsDurableAndReadersOnlyRead(t *testing.T) {
	_, write, read := open(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v", pragma, got, err)
		}
	}
	if _, err := write.Exec("CREATE TABLE a (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	if _, err := read.Exec("INSERT INTO a VALUES (1)"); err == nil {
		t.Error("a reader wrote")
	}
	var like int
	if err := read.QueryRow("SELECT 'A' LIKE 'a'").Scan(&like); err != nil || like != 0 {
		t.Errorf("LIKE does not compare the case: %d, %v", like, err)
	}
}

// TestFilesAreTheOwnersOnly: names and accounts of end users are nothing for other users of the machine.
func TestFilesAreTheOwnersOnly(t *testing.T) {
	e, write, _ := open(t)
	if _, err := write.Exec("CREATE TABLE a (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{e.Path, e.Path + "-wal", e.Path + "-shm"} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(file), info, err)
		}
	}
}

func TestClassify(t *testing.T) {
	ctx := context.Background()
	e, write, _ := open(t)
	if _, err := write.Exec("CREATE TABLE a (n INTEGER PRIMARY KEY) STRICT"); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", "file:"+e.dsnPath()+"?_txlock=immediate") // waits for nobody
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := write.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, busy := other.ExecContext(ctx, "INSERT INTO a VALUES (1)")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	_, syntax := write.Exec("SELEC 1")
	_, wrongType := write.Exec("INSERT INTO a VALUES ('x')")
	_, _, cannotOpen := Engine{Path: "/dev/null/ims.db"}.Open(ctx)
	folder, err := sql.Open("sqlite", "file:"+filepath.ToSlash(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	notAFile := folder.Ping()
	if _, err := write.Exec("PRAGMA max_page_count = 3"); err != nil {
		t.Fatal(err)
	}
	var full error
	for n := 1; full == nil && n < 10; n++ {
		_, full = write.Exec("CREATE TABLE big" + fmt.Sprint(n) + " AS SELECT zeroblob(10000) AS b")
	}
	for name, c := range map[string]struct {
		err  error
		want store.ErrorClass
	}{
		"another writer":          {busy, store.ErrorRetry},
		"another writer, wrapped": {fmt.Errorf("post: %w", busy), store.ErrorRetry},
		"syntax":                  {syntax, store.ErrorOther},
		"wrong type":              {wrongType, store.ErrorOther},
		"no folder":               {cannotOpen, store.ErrorOther},
		"a folder, not a file":    {notAFile, store.ErrorUnavailable},
		"disk full":               {full, store.ErrorUnavailable},
		"cancelled":               {context.Canceled, store.ErrorOther},
		"not SQLite's":            {errors.New("database is locked"), store.ErrorOther},
		"none":                    {nil, store.ErrorOther},
	} {
		if name != "none" && c.err == nil {
			t.Errorf("%s: no error came", name)
		}
		if got := e.Classify(c.err); got != c.want {
			t.Errorf("%s (%v) is of class %d, want %d", name, c.err, got, c.want)
		}
	}
}

func (e Engine) dsnPath() string {
	full := e.dsn("immediate")
	return full[len("file:"):slices.Index([]byte(full), '?')]
}

// TestIn asks SQLite itself with keys that would break out of a literal.
func TestIn(t *testing.T) {
	e, write, read := open(t)
	texts := []string{"", "'", `"`, `\`, "a,b", "]", "ż", "\u2028", "\x01", "\U0001f4b6", "null", "1", "%", "$1", "\t\n"}
	ids := [][]byte{make([]byte, 16), slices.Repeat([]byte{0xff}, 16), []byte("0123456789abcdef"), []byte("'\"\\\x00$1)--\x01\x80ABCDE")}
	numbers := []int64{0, -1, 1, 1<<53 + 1, 1<<63 - 1, -1 << 63}
	if _, err := write.Exec("CREATE TABLE a (s TEXT, b BLOB, n INTEGER) STRICT"); err != nil {
		t.Fatal(err)
	}
	for _, s := range texts {
		insert(t, write, s, nil, nil)
	}
	for _, b := range ids {
		insert(t, write, nil, b, nil)
	}
	for _, n := range numbers {
		insert(t, write, nil, nil, n)
	}
	count := func(column string, list store.List) (n int) {
		t.Helper()
		condition, arg := e.In(column, 1, list)
		if err := read.QueryRow("SELECT COUNT(*) FROM a WHERE "+condition, arg).Scan(&n); err != nil {
			t.Fatalf("%s: %v", condition, err)
		}
		return n
	}
	for _, s := range texts {
		if n := count("s", store.List{Texts: []string{s, "nobody"}}); n != 1 {
			t.Errorf("text %q: %d rows", s, n)
		}
	}
	for _, b := range ids {
		if n := count("b", store.List{IDs: [][]byte{b, b}}); n != 1 {
			t.Errorf("id %x: %d rows", b, n)
		}
	}
	for _, number := range numbers {
		if n := count("n", store.List{Ints: []int64{number}}); n != 1 {
			t.Errorf("%d: %d rows", number, n)
		}
	}
	for name, n := range map[string]int{"all texts": count("s", store.List{Texts: texts}) - len(texts), "all ids": count("b", store.List{IDs: ids}) - len(ids),
		"all numbers": count("n", store.List{Ints: numbers}) - len(numbers), "empty": count("n", store.List{}), "no texts": count("s", store.List{Texts: []string{}}),
		"no ids": count("b", store.List{IDs: [][]byte{}}), "unknown": count("s", store.List{Texts: []string{"nobody", "' OR 1=1 --"}})} {
		if n != 0 {
			t.Errorf("%s: off by %d", name, n)
		}
	}
}

func insert(t *testing.T, db *sql.DB, values ...any) {
	t.Helper()
	if _, err := db.Exec("INSERT INTO a (s, b, n) VALUES (?, ?, ?)", values...); err != nil {
		t.Fatal(err)
	}
}

// TestBulkInsertStopsAtTheFirstError and leaves the rest to the transaction.
func TestBulkInsertStopsAtTheFirstError(t *testing.T) {
	ctx := context.Background()
	e, write, _ := open(t)
	if _, err := write.Exec("CREATE TABLE a (n INTEGER PRIMARY KEY, s TEXT) STRICT"); err != nil {
		t.Fatal(err)
	}
	conn, err := write.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	err = e.BulkInsert(ctx, conn, "a", []string{"n", "s"}, func(row []any) bool {
		asked++
		row[0], row[1] = int64(asked%3), nil // the fourth repeats the first
		return true
	})
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if err == nil || asked != 4 {
		t.Errorf("%d rows were asked for, %v", asked, err)
	}
	if e.Classify(err) != store.ErrorOther {
		t.Error("a unique conflict would be tried again")
	}
}

func TestSchemaWords(t *testing.T) {
	got := Engine{}.Schema("CREATE TABLE a (\n  k INT NOT NULL, b BYTES, s STR, t STR NOT NULL, n INT,\n  PRIMARY KEY (k)\n) TABLE;\nCREATE TABLE h (\n  k INT NOT NULL\n) HEAP;")
	want := "CREATE TABLE a (\n  k INTEGER NOT NULL, b BLOB, s TEXT, t TEXT NOT NULL, n INTEGER,\n  PRIMARY KEY (k)\n) STRICT, WITHOUT ROWID;\nCREATE TABLE h (\n  k INTEGER NOT NULL\n) STRICT;"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
