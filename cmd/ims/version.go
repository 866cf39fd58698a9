package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"ims/internal/store"
)

type versionCommand struct {
	listing
}

// versionView says what runs.
type versionView struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from sources that no revision has
	Go       string `json:"go"`
	Schema   int    `json:"schema"` // the newest schema of the store that it knows
}

// Run prints the version that the build has stamped into the program.
func (c *versionCommand) Run(p *program) error {
	v := version()
	if c.Output == "json" {
		return writeJSON(p.stdout, v)
	}
	modified := ""
	if v.Modified {
		modified = ", modified"
	}
	fmt.Fprintf(p.stdout, "ims %s (revision %.12s%s, %s, schema %d)\n", v.Version, v.Revision, modified, v.Go, v.Schema)
	return nil
}

func version() versionView {
	v := versionView{Version: "(devel)", Revision: "unknown", Go: runtime.Version(), Schema: int(store.SchemaVersion)}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
