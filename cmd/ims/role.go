package main

import (
	"fmt"
	"slices"
	"strings"

	"ims/internal/bank"
)

type roleCommands struct {
	List roleListCommand `cmd:"" help:"List the roles with what they may do."`
	Set  roleSetCommand  `cmd:"" help:"Give a role permissions, or take them away."`
}

type roleListCommand struct {
	listing
}

// Run lists roles.
func (c *roleListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.access.Roles(p.ctx, actor)
		if err != nil {
			return err
		}
		t := newTable("ROLE", "PERMISSIONS")
		for _, role := range list {
			t.row(role.Role, permissionTexts(role.Permissions))
		}
		return c.print(p, list, t)
	})
}

func permissionTexts(list []bank.Permission) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = string(one)
	}
	return strings.Join(texts, " ")
}

type roleSetCommand struct {
	Role   bank.Role         `arg:"" help:"EMPLOYEE, MANAGER or ADMIN." enum:"EMPLOYEE,MANAGER,ADMIN"`
	Allow  []bank.Permission `help:"Permissions that the role gets, as files:read." placeholder:"PERMISSION"`
	Forbid []bank.Permission `help:"Permissions that the role loses." placeholder:"PERMISSION"`
}

// Run changes what a role may do.
func (c *roleSetCommand) Run(p *program) error {
	if len(c.Allow)+len(c.Forbid) == 0 {
		return usage("say what changes with --allow or --forbid")
	}
	return p.changing(func(r *rooms, actor bank.Actor) error {
		list, err := r.access.Roles(p.ctx, actor)
		if err != nil {
			return err
		}
		var after []bank.Permission
		for _, role := range list {
			if role.Role == c.Role {
				after = changed(role.Permissions, c.Allow, c.Forbid)
			}
		}
		if err := r.access.SetRole(p.ctx, actor, c.Role, after); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s may: %s\n", c.Role, visible(permissionTexts(after)))
		return nil
	})
}

// changed returns the permissions with some more and some less; what is asked for both ways is taken away.
func changed(list, allow, forbid []bank.Permission) []bank.Permission {
	var after []bank.Permission
	for _, one := range slices.Concat(list, allow) {
		if !slices.Contains(forbid, one) && !slices.Contains(after, one) {
			after = append(after, one)
		}
	}
	return after
}
