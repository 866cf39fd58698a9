package main

import "fmt"

type configCommands struct {
	Check configCheckCommand `cmd:"" help:"Check flags, environment and file, and print what counts."`
}

type configCheckCommand struct {
	Config `embed:""`
	listing
}

// setting is one line of the effective configuration.
type setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Run prints the configuration that ims serve would use. Whatever is wrong with it was refused before.
func (c *configCheckCommand) Run(p *program) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	list := []setting{{"store", withoutPassword(p.Store)}, {"key", p.keyFile(address)}, {"target", c.Target}, {"listen", c.Listen},
		{"adminListen", c.AdminListen}, {"connections", fmt.Sprint(c.Connections)}, {"hostNames", fmt.Sprint(c.HostNames)}, {"lease", c.Lease.String()}, {"chunk", fmt.Sprint(c.Chunk)}, {"idle", c.Idle.String()},
		{"grace", c.Grace.String()}, {"logFormat", c.LogFormat}, {"logLevel", c.LogLevel}}
	t := newTable("KEY", "VALUE")
	for _, s := range list {
		t.row(s.Key, s.Value)
	}
	return c.print(p, list, t)
}
