package main

import "fmt"

type healthCommand struct {
	AdminListen string `help:"Address of the health probes." default:"127.0.0.1:9090" env:"IMS_ADMIN_LISTEN" placeholder:"ADDRESS"`
	Ready       bool   `help:"Ask also whether the store answers."`
}

// Run refuses when the service does not answer its probe.
func (c *healthCommand) Run(p *program) error {
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	if err := probe(p.ctx, c.AdminListen, path); err != nil {
		return fmt.Errorf("health: %w", err)
	}
	fmt.Fprintln(p.stdout, "ok")
	return nil
}
