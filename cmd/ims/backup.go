package main

import (
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store/sqlite"
)

type backupCommand struct {
	File string `arg:"" help:"Where the copy goes; nothing may be there yet."`
}

// Run copies the embedded store while whoever likes serves it.
func (c *backupCommand) Run(p *program) error {
	return p.with(func(r *rooms) error {
		if err := r.db.Backup(p.ctx, c.File, sqlite.CheckFile); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s holds the whole store except the sealing key: keep a copy of %s in another place, the backup is of no use without it\n",
			c.File, p.keyFile(r.address))
		return nil
	})
}

type resumeCommand struct{}

// Run lets the work of a customer go on after a restore.
func (c *resumeCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if err := r.customers.Resume(p.ctx, actor); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "the work of customer %d goes on\n", actor.Customer)
		return err
	})
}

// warnOfPauses tells a service what rests, so that nobody waits for it in vain.
func (s *service) warnOfPauses(p *program) error {
	list, err := s.rooms.customers.List(p.ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		pause, err := s.rooms.customers.WorkPause(p.ctx, c.ID)
		if errors.Is(err, bank.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		s.log.Warn("work rests until ims verify and ims resume", "customer", c.ID, "since", pause.Since, "reason", pause.Reason)
	}
	return nil
}
