package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/sqlite"
)

// Globals are the flags that every command takes. Whatever has an environment variable may also stand in the configuration
// file, under its name in camel case; a flag counts more than the environment, and that more than the file.
type Globals struct {
	Config kong.ConfigFlag `help:"Configuration file, a JSON object." placeholder:"FILE"`
	Store  string          `help:"Where the data is: sqlite:PATH or postgres://..." default:"sqlite:ims.db" env:"IMS_STORE" placeholder:"DSN"`
	Key    string          `help:"File of the key that seals secrets in the store. Default: ims.key beside the SQLite file, or in the working directory." env:"IMS_KEY" placeholder:"FILE"`

	As       string          `help:"Act as this operator, with their permissions, approvals and audit trail." env:"IMS_AS" placeholder:"EMAIL"`
	Customer bank.CustomerID `help:"Number of the customer to work on. Default: the only one." env:"IMS_CUSTOMER" placeholder:"N"`
}

// Config is what the service needs to know beside the store.
type Config struct {
	Target        string         `help:"What to run: all, api, panel or worker." enum:"all,api,panel,worker" default:"all" env:"IMS_TARGET"`
	Listen        string         `help:"Address of the APIs (TLS 1.3)." default:":8443" env:"IMS_LISTEN" placeholder:"ADDRESS"`
	PanelListen   string         `help:"Address of the Admin Panel: plain HTTP on a loopback address or behind --trusted-proxy, TLS otherwise." default:"127.0.0.1:8080" env:"IMS_PANEL_LISTEN" placeholder:"ADDRESS"`
	AdminListen   string         `help:"Address of the health probes and /metrics (plain HTTP, keep it private)." default:"127.0.0.1:9090" env:"IMS_ADMIN_LISTEN" placeholder:"ADDRESS"`
	Connections   int            `help:"Connections to the APIs that may be open at once; more wait." default:"4096" env:"IMS_CONNECTIONS"`
	AddressLimit  int            `name:"connections-per-address" help:"Connections to the APIs that one address (of IPv6: a /64) may have open at once; more are closed. Trusted proxies are not counted. 0: as many as all." default:"512" env:"IMS_CONNECTIONS_PER_ADDRESS"`
	HostNames     []string       `help:"Host names and addresses in the server's certificate." default:"localhost,127.0.0.1,::1" env:"IMS_HOST_NAMES" placeholder:"NAME"`
	RateLimit     int            `help:"Requests per second that each certificate may send in the long run; 0: as many as it likes." default:"1000" env:"IMS_RATE_LIMIT"`
	RateBurst     int            `help:"Requests that each certificate may send at once." default:"2000" env:"IMS_RATE_BURST"`
	TrustedProxy  []netip.Prefix `help:"Network of proxies that end TLS and tell the caller's certificate in Client-Cert (RFC 9440). Repeatable." env:"IMS_TRUSTED_PROXY" placeholder:"CIDR"`
	Lease         time.Duration  `help:"How long a worker may be silent before another takes over its file." default:"15s" env:"IMS_LEASE"`
	Chunk         int            `help:"Records that are executed in one transaction. Default: 20000 on SQLite, 5000 on PostgreSQL." env:"IMS_CHUNK"`
	NotifyPrivate bool           `help:"Allow notification endpoints on private addresses and without TLS." env:"IMS_NOTIFY_PRIVATE"`
	ReportsKept   int            `help:"Days that a finished transaction report is kept." default:"30" env:"IMS_REPORTS_KEPT"`
	Idle          time.Duration  `help:"How often workers look for work where there was none." default:"500ms" env:"IMS_IDLE"`
	Grace         time.Duration  `help:"How long requests may take to finish at the end." default:"20s" env:"IMS_GRACE"`
	TraceEndpoint string         `help:"Address of an OpenTelemetry collector that takes traces by OTLP over HTTP, such as http://localhost:4318. Default: no traces." env:"IMS_TRACE_ENDPOINT" placeholder:"URL"`
	TraceRatio    float64        `help:"Share of the traces that are sent, from 0 to 1." default:"1" env:"IMS_TRACE_RATIO"`
	Letters       `embed:""`
	LogFormat     string `help:"Form of the log: text or json." enum:"text,json" default:"text" env:"IMS_LOG_FORMAT"`
	LogLevel      string `help:"What is logged: debug, info, warn or error." enum:"debug,info,warn,error" default:"info" env:"IMS_LOG_LEVEL"`
}

// Validate refuses what cannot work; kong calls it.
func (c Config) Validate() error {
	switch {
	case c.Lease < 300*time.Millisecond:
		return fmt.Errorf("--lease: %v is too short: 300ms at least", c.Lease)
	case c.Connections < 1:
		return fmt.Errorf("--connections: 1 at least")
	case c.AddressLimit < 0:
		return fmt.Errorf("--connections-per-address: 1 at least, or 0 for as many as all")
	case c.RateLimit < 0 || c.RateLimit > 0 && c.RateBurst < 1:
		return fmt.Errorf("--rate-limit, --rate-burst: 1 at least, or --rate-limit 0 for none")
	case c.Chunk < 0 || c.Chunk > 100_000:
		return fmt.Errorf("--chunk: 1 to 100,000, or 0 for the default")
	case c.ReportsKept < 1 || c.ReportsKept > 3660:
		return fmt.Errorf("--reports-kept: 1 to 3660 days")
	case c.Idle < 10*time.Millisecond:
		return fmt.Errorf("--idle: %v is too short: 10ms at least", c.Idle)
	case c.Grace <= 0:
		return fmt.Errorf("--grace: must be positive")
	case len(c.HostNames) == 0 || slices.Contains(c.HostNames, ""):
		return fmt.Errorf("--host-names: there must be one at least, and none empty")
	}
	if err := c.checkTraces(); err != nil {
		return err
	}
	return c.Letters.Validate()
}

// configFile resolves flags from a JSON object.
type configFile map[string]any

// readConfig reads a configuration file; kong hands it the file of --config.
func readConfig(r io.Reader) (kong.Resolver, error) {
	var values configFile
	d := json.NewDecoder(r)
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("configuration file: not a JSON object: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("configuration file: something follows the JSON object")
	}
	return values, nil
}

// Validate refuses keys that no flag has: a misspelled setting must not be silently the default.
func (c configFile) Validate(app *kong.Application) error {
	known := map[string]bool{}
	for _, flag := range configurable(app.Node) {
		known[camelCase(flag.Name)] = true
	}
	for key := range c {
		if !known[key] {
			return fmt.Errorf("configuration file: unknown key %q", key)
		}
	}
	return nil
}

// configurable lists the flags that have an environment variable, of all commands.
func configurable(node *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, flag := range node.Flags {
		if len(flag.Envs) > 0 {
			flags = append(flags, flag)
		}
	}
	for _, child := range node.Children {
		flags = append(flags, configurable(child)...)
	}
	return flags
}

// Resolve gives a flag its value from the file unless the environment has one.
func (c configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := c[camelCase(flag.Name)]
	if !ok || len(flag.Envs) == 0 {
		return nil, nil
	}
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	if list, ok := value.([]any); ok {
		texts := make([]string, len(list))
		for i, v := range list {
			texts[i] = fmt.Sprint(v)
		}
		return strings.Join(texts, ","), nil
	}
	return fmt.Sprint(value), nil
}

// camelCase turns the name of a flag into its key: admin-listen is adminListen.
func camelCase(flag string) string {
	words := strings.Split(flag, "-")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// storeAddress is what --store says.
type storeAddress struct {
	engine store.Engine
	file   string // of an embedded store
}

// address reads --store.
func (g Globals) address() (storeAddress, error) {
	if path, ok := strings.CutPrefix(g.Store, "sqlite:"); ok && path != "" {
		return storeAddress{sqlite.Engine{Path: path}, path}, nil
	}
	if u, err := url.Parse(g.Store); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") {
		return storeAddress{engine: postgres.Engine{URL: g.Store}}, nil
	}
	return storeAddress{}, usage("--store: want sqlite:PATH or postgres://...")
}

// keyFile is --key or its default.
func (g Globals) keyFile(a storeAddress) string {
	switch {
	case g.Key != "":
		return g.Key
	case a.file != "":
		return filepath.Join(filepath.Dir(a.file), "ims.key")
	}
	return "ims.key"
}
