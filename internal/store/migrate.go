package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// SchemaVersion is the newest migration this program knows. It also runs on the one before and the one after.
var SchemaVersion = slices.Max(slices.Collect(maps.Keys(steps)))

// files of each migration: the text for both engines, then what only one engine needs. Numbers may be missing in between.
var steps = map[int64][]string{
	1:  {"0001_init.sql", "0001_append_only.ENGINE.sql"},
	2:  {"0002_dialects.sql"},
	10: {"0010_sessions.sql"},
	11: {"0011_conduct.sql"},
	12: {"0012_onboarding.sql", "0012_sandbox_for_ever.ENGINE.sql"},
	20: {"0020_notifications.sql"},
	21: {"0021_history_search.sql"},
	22: {"0022_operating.sql", "0022_privacy.sql"},
	23: {"0023_reports.sql"},
	24: {"0024_declines.sql", "0024_declines_append_only.ENGINE.sql"},
	26: {"0026_answer_location.sql"},
	30: {"0030_sign_in.sql"},
	31: {"0031_operators.sql"},
	40: {"0040_approval_content.sql"},
	41: {"0041_lists.sql", "0041_lists_shape.ENGINE.sql"},
	42: {"0042_authorised.sql", "0042_authorised_append_only.ENGINE.sql"},
	43: {"0043_transfers.sql", "0043_transfers_forward.ENGINE.sql"},
	44: {"0044_order_files.sql", "0044_order_files_forward.ENGINE.sql"},
	46: {"0046_history_columns.ENGINE.sql"},
	47: {"0047_transfers_shape.ENGINE.sql"},
}

// fills are what a migration writes that SQL cannot reckon, behind its text.
var fills = map[int64]func(context.Context, *sql.Tx) error{31: foldNames, 41: indexUsers}

// Migrate brings the schema to SchemaVersion. Replicas that start together wait for each other; where an engine has no lock
// for that, the one that came second finds its step done, and goes on behind it.
func (db *DB) Migrate(ctx context.Context) error {
	provider, err := db.provider()
	if err != nil {
		return err
	}
	for seen := int64(-1); ; {
		_, err := provider.Up(ctx)
		if err == nil {
			return nil
		}
		version, unread := provider.GetDBVersion(ctx)
		if unread != nil || version <= seen {
			return fmt.Errorf("migrate: %w", err)
		}
		seen = version
	}
}

// CheckSchema refuses a store whose schema this program does not know or that was never migrated.
func (db *DB) CheckSchema(ctx context.Context) error {
	provider, err := db.provider()
	if err != nil {
		return err
	}
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	switch {
	case current == 0:
		return errors.New("the store is empty: run ims migrate first")
	case current < SchemaVersion:
		return fmt.Errorf("the store has schema %d and this program needs %d: run ims migrate", current, SchemaVersion)
	case current > SchemaVersion+1:
		return fmt.Errorf("the store has schema %d, too new for this program (%d)", current, SchemaVersion)
	}
	return nil
}

func (db *DB) provider() (*goose.Provider, error) {
	var all []*goose.Migration
	for _, version := range slices.Sorted(maps.Keys(steps)) {
		text, err := db.migrationText(version)
		if err != nil {
			return nil, err
		}
		run := func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, text)
			if fill := fills[version]; err == nil && fill != nil {
				err = fill(ctx, tx)
			}
			return err
		}
		all = append(all, goose.NewGoMigration(version, &goose.GoFunc{RunTx: run}, nil))
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(all...), goose.WithDisableGlobalRegistry(true)}
	locker, err := db.engine.Locker()
	if err != nil {
		return nil, err
	}
	if locker != nil {
		options = append(options, locker)
	}
	return goose.NewProvider(db.engine.Dialect(), db.write, nil, options...)
}

func (db *DB) migrationText(version int64) (string, error) {
	var text string
	for _, name := range steps[version] {
		name = strings.ReplaceAll(name, "ENGINE", db.engine.Name())
		b, err := fs.ReadFile(migrations, "migrations/"+name)
		if err != nil {
			return "", err
		}
		text += string(b) + "\n"
	}
	return db.engine.Schema(text), nil
}
