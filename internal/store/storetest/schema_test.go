package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// keys are the primary keys and unique indexes of a table, each as its first column.
func (s *scene) keys(t testing.TB, table string) []string {
	t.Helper()
	if s.EngineName() == "sqlite" {
		return s.strings(t, `SELECT name FROM pragma_table_info($1) WHERE pk = 1
			UNION ALL SELECT i.name FROM pragma_index_list($1) l, pragma_index_info(l.name) i WHERE l."unique" = 1 AND i.seqno = 0`, table)
	}
	return s.strings(t, `SELECT a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
		WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace AND i.indisunique`, table)
}

// TestKeysStartWithCustomer reads the schema itself: no query can see across customers where every key starts with one.
func TestKeysStartWithCustomer(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		tables := s.tables(t)
		if len(tables) < 30 {
			t.Fatalf("only %d tables: %v", len(tables), tables)
		}
		for _, table := range tables {
			if store.Exceptions[table] != "" {
				continue
			}
			keys := s.keys(t, table)
			if len(keys) == 0 || slices.ContainsFunc(keys, func(column string) bool { return column != "customer_id" }) {
				t.Errorf("%s: keys start with %v; only store.Exceptions may do without customer_id", table, keys)
			}
		}
		for table, reason := range store.Exceptions {
			if reason == "" || !slices.Contains(tables, table) && !strings.HasPrefix(table, "sqlite_") {
				t.Errorf("store.Exceptions names %s (%q), which is no table", table, reason)
			}
			if keys := s.keys(t, table); slices.Contains(tables, table) && len(keys) > 0 && !slices.ContainsFunc(keys, func(c string) bool { return c != "customer_id" }) {
				t.Errorf("%s is no exception: its keys start with customer_id", table)
			}
		}
	})
}

// columns describe the tables in the words of SQLite.
func (s *scene) columns(t testing.TB) []string {
	t.Helper()
	if s.EngineName() == "sqlite" {
		return s.strings(t, `SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" FROM sqlite_master m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' ORDER BY 1`)
	}
	return s.strings(t, `SELECT table_name || '.' || column_name || ' ' || CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT'
		WHEN 'bytea' THEN 'BLOB' ELSE data_type END || ' ' || CASE is_nullable WHEN 'NO' THEN '1' ELSE '0' END COLLATE "C" AS line
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%' ORDER BY line`)
}

// TestSchemasAreOne compares tables, columns, types and NULLs of the engines.
func TestSchemasAreOne(t *testing.T) {
	one, other := newScene(t, sqliteEngine(t)), newScene(t, postgresEngine(t))
	equal(t, "columns of sqlite and postgres", other.columns(t), one.columns(t))
	if loose := one.strings(t, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'"); len(loose) > 0 {
		t.Errorf("SQLite would store any type in %v", loose)
	}
	if folded := other.strings(t, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()
		AND data_type = 'text' AND COALESCE(collation_name, '') <> 'C'`); len(folded) > 0 {
		t.Errorf("PostgreSQL sorts by its server's language in %v", folded)
	}
}

// TestCollation proves that texts sort and compare byte by byte, whatever the server's language.
func TestCollation(t *testing.T) {
	names := []string{"a", "B", "b", "A", "1", "10", "2", "_", "-", "z", "Z", "é", "ä", "ż", "aB", "ab", "Ab", "a b", "a.b", "~"}
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for i, name := range names {
			s.write(t, func(tx *store.Tx) error {
				o := operator(c, i)
				o.Email = name
				return steps(func() error { return tx.AddOperator(o) },
					func() error { return tx.SetRole(bank.OperatorRole{Customer: c, Operator: o.ID, Role: bank.Admin}) },
					func() error { return tx.RegisterBase(name, c) })
			})
		}
		var got []string
		for _, staff := range get(t, s, func(tx *store.Tx) ([]store.Staff, error) { return tx.Operators(c) }) {
			got = append(got, staff.Email)
		}
		want := slices.Sorted(slices.Values(names))
		equal(t, "order", got, want)
		var below []string
		for _, name := range want {
			if strings.HasPrefix(name, "a") {
				below = append(below, name)
			}
		}
		bases := get(t, s, func(tx *store.Tx) ([]store.RegisteredBase, error) { return tx.RegisteredBases("a") })
		got = nil
		for _, b := range bases {
			got = append(got, b.Base)
		}
		equal(t, "from a to a~", got, below)
	})
}

func TestMigrateWithData(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		before, counts := everything(t, s, c), s.counts(t)
		for range 2 {
			if err := s.Migrate(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := s.CheckSchema(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "rows", everything(t, s, c), before)
		equal(t, "counts", s.counts(t), counts)
	})
}

// TestMigrateAtOnce starts several replicas on one empty store.
func TestMigrateAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		engine := postgresOrSQLite(t, s)
		atOnce(t, 3, func(int) error {
			db, err := store.Open(context.Background(), engine, Key)
			if err != nil {
				return err
			}
			defer db.Close()
			return steps(func() error { return db.Migrate(context.Background()) }, func() error { return db.CheckSchema(context.Background()) })
		})
	})
}

// postgresOrSQLite is an engine like the scene's, with an empty store.
func postgresOrSQLite(t testing.TB, s *scene) store.Engine {
	if s.EngineName() == "sqlite" {
		return sqliteEngine(t)
	}
	return postgresEngine(t)
}

func TestCheckSchema(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		empty, err := store.Open(context.Background(), postgresOrSQLite(t, s), Key)
		if err != nil {
			t.Fatal(err)
		}
		defer empty.Close()
		if err := empty.CheckSchema(context.Background()); err == nil {
			t.Error("an empty store was accepted")
		}
		for i, accepted := range []bool{true, false} { // the next release's schema, and the one after it
			version := store.SchemaVersion + 1 + int64(i)
			if _, err := s.rawExec("INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)", version, true); err != nil {
				t.Fatal(err)
			}
			if err := s.CheckSchema(context.Background()); (err == nil) != accepted {
				t.Errorf("schema %d: %v", version, err)
			}
		}
	})
}
