package storetest

import (
	"context"
	"testing"

	"ims/internal/store"
)

func TestMigrateTwice(t *testing.T) {
	Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := db.CheckSchema(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}
