package main

import (
	"errors"
	"fmt"
)

type configCommands struct {
	Check configCheckCommand `cmd:"" help:"Check everything that ims serve would trip over: settings, files, store, certificates, addresses."`
	Show  configShowCommand  `cmd:"" help:"Print what flags, environment and file come to."`
}

type configShowCommand struct {
	Config `embed:""`
	listing
}

// setting is one line of the effective configuration.
type setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Run prints the configuration that ims serve would use. Whatever is wrong with its form was refused before.
func (c *configShowCommand) Run(p *program) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	list := []setting{{"store", withoutPassword(p.Store)}, {"key", p.keyFile(address)}, {"target", c.Target}, {"listen", c.Listen},
		{"panelListen", c.PanelListen}, {"adminListen", c.AdminListen}, {"connections", fmt.Sprint(c.Connections)}, {"connectionsPerAddress", fmt.Sprint(c.AddressLimit)}, {"hostNames", fmt.Sprint(c.HostNames)},
		{"rateLimit", fmt.Sprint(c.RateLimit)}, {"rateBurst", fmt.Sprint(c.RateBurst)}, {"trustedProxy", fmt.Sprint(c.TrustedProxy)},
		{"lease", c.Lease.String()}, {"chunk", fmt.Sprint(c.Chunk)}, {"notifyPrivate", fmt.Sprint(c.NotifyPrivate)},
		{"reportsKept", fmt.Sprint(c.ReportsKept)}, {"idle", c.Idle.String()}, {"grace", c.Grace.String()},
		{"traceEndpoint", c.TraceEndpoint}, {"traceRatio", fmt.Sprint(c.TraceRatio)}, {"logFormat", c.LogFormat}, {"logLevel", c.LogLevel}}
	list = append(list, c.Letters.settings()...)
	t := newTable("KEY", "VALUE")
	for _, s := range list {
		t.row(s.Key, s.Value)
	}
	return c.print(p, list, t)
}

type configCheckCommand struct {
	Config `embed:""`
	listing
}

// The verdicts: with a failure ims serve would not work, with a warning not as somebody might expect.
const (
	verdictOK   = "ok"
	verdictWarn = "warn"
	verdictFail = "fail"
)

// finding is what one check found.
type finding struct {
	Check   string `json:"check"`
	Verdict string `json:"verdict"`
	Detail  string `json:"detail"`
	Remedy  string `json:"remedy,omitempty"`
}

// checkup collects findings. None of them holds a secret.
type checkup struct {
	*program
	Config
	address  storeAddress
	findings []finding
}

func (c *checkup) ok(check, format string, args ...any) {
	c.findings = append(c.findings, finding{check, verdictOK, fmt.Sprintf(format, args...), ""})
}

func (c *checkup) warn(check, remedy, format string, args ...any) {
	c.findings = append(c.findings, finding{check, verdictWarn, fmt.Sprintf(format, args...), remedy})
}

func (c *checkup) fail(check, remedy, format string, args ...any) {
	c.findings = append(c.findings, finding{check, verdictFail, fmt.Sprintf(format, args...), remedy})
}

// checked is the answer in JSON.
type checked struct {
	OK     bool      `json:"ok"`
	Checks []finding `json:"checks"`
}

// Run makes all checks, so that everything that is wrong is told at once, and changes nothing.
func (c *configCheckCommand) Run(p *program) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	u := &checkup{program: p, Config: c.Config, address: address}
	u.checkFiles()
	u.checkStore()
	u.checkAddresses()
	u.checkHostNames()
	u.checkSettings()
	u.checkCollector()
	answer, t := checked{true, u.findings}, newTable("", "CHECK", "FOUND", "REMEDY")
	for _, f := range u.findings {
		answer.OK = answer.OK && f.Verdict != verdictFail
		t.row(f.Verdict, f.Check, f.Detail, f.Remedy)
	}
	if err := c.print(p, answer, t); err != nil {
		return err
	}
	if !answer.OK {
		return errors.New("config check: ims serve would not work; see what failed")
	}
	return nil
}
