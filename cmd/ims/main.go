package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // dates are taken in bank.Zone also where the machine has no time zones

	"github.com/alecthomas/kong"

	"ims/internal/bank"
)

// The exit codes.
const (
	exitDone    = 0
	exitRefused = 1
	exitUsage   = 2
)

func main() {
	limitMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program as it always does
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// commands are all commands with the flags that every one of them takes.
type commands struct {
	Globals

	Demo          demoCommand       `cmd:"" help:"Show everything on an embedded store with invented data, then serve it."`
	Serve         serveCommand      `cmd:"" help:"Run the service."`
	Migrate       migrateCommand    `cmd:"" help:"Create the store or bring it to this version; makes the sealing key where there is none."`
	Settings      configCommands    `cmd:"" name:"config" help:"Look at the configuration."`
	Health        healthCommand     `cmd:"" help:"Ask the service that runs here whether it lives: for a container, which has no other program to ask with."`
	Version       versionCommand    `cmd:"" help:"Tell the version."`
	Customer      customerCommands  `cmd:"" help:"Customers: the institutions that integrate."`
	MasterAccount masterCommands    `cmd:"" help:"Master accounts of a customer at the bank."`
	BaseIBAN      baseCommands      `cmd:"" name:"base-iban" help:"Base IBANs: the prefixes that IBANs are issued from."`
	Domain        domainCommands    `cmd:"" help:"Hosts that a customer's browsers come from and the panel is reached under."`
	Operator      operatorCommands  `cmd:"" help:"Operators: who may work for a customer."`
	Role          roleCommands      `cmd:"" help:"Roles: what operators may do for a customer."`
	Approval      approvalCommands  `cmd:"" help:"What waits for a second person."`
	CA            caCommands        `cmd:"" name:"ca" help:"The certificate authority for callers of the API."`
	User          userCommands      `cmd:"" help:"End users."`
	Balance       balanceCommands   `cmd:"" help:"Balances of end users."`
	Transaction   historyCommands   `cmd:"" help:"The history: transactions that filters select, the story of one, taking one back."`
	Statement     statementCommand  `cmd:"" help:"Write the statement of a balance: JSON, CSV, XLSX, PDF, camt.053 or MT940."`
	Report        reportCommands    `cmd:"" help:"Transaction reports: the history as a filter selects it, as a file."`
	Block         blockCommands     `cmd:"" help:"Blocks on IBANs, balances and end users."`
	File          fileCommands      `cmd:"" help:"Transaction files."`
	OrderFile     orderFileCommands `cmd:"" help:"Order files: transfers as the bank is given them."`
	Item          itemCommands      `cmd:"" help:"Items: amounts without a home."`
	Transfer      transferCommands  `cmd:"" help:"Transfers: money that end users, the customer or operators send."`
	Find          findCommand       `cmd:"" help:"Find anything by an identifier: an IBAN, an id, a reference, a file's name."`
	Notification  notifyCommands    `cmd:"" help:"Notifications: where a customer is told of transactions, and what became of it."`
	PLI           pliCommands       `cmd:"" name:"pli" help:"Read and write .pli files without a store."`
	IBAN          ibanCommands      `cmd:"" name:"iban" help:"Check, generate and explain IBANs without a store."`
	Verify        verifyCommand     `cmd:"" help:"Prove the ledger's invariants on a live store."`
	Backup        backupCommand     `cmd:"" help:"Copy an embedded store while it is served."`
	Restore       restoreCommand    `cmd:"" help:"Bring a store back from a backup, while nobody serves it."`
	Resume        resumeCommand     `cmd:"" help:"Let the work of a customer go on that rests since a restore."`
	Bench         benchCommand      `cmd:"" help:"Measure this machine: file execution, single credits and IBAN reads, each against a floor."`
}

// program is what a command works with.
type program struct {
	Globals
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
}

// errUsage marks errors that are the caller's way of asking, not a refusal.
var errUsage = errors.New("wrong usage")

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// finished carries an exit code out of the parser, which prints help and versions by itself.
type finished int

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case finished:
			code = int(r)
		default:
			panic(r)
		}
	}()
	var c commands
	p := &program{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	parser, err := newParser(&c, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "ims:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return p.misused(err)
	}
	p.Globals = c.Globals
	return p.tell(parsed.Run(p))
}

func newParser(c *commands, stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("ims"),
		kong.Description("IBAN management: an IBAN for every balance, transaction files executed exactly once."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(finished(code)) }),
		kong.Configuration(readConfig),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, Summary: true}),
	)
}

func (p *program) misused(err error) int {
	fmt.Fprintf(p.stderr, "ims: %v\nTry: ims --help, or --help behind a command.\n", err)
	return exitUsage
}

// tell prints the reason of a refusal and returns the exit code.
func (p *program) tell(err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errUsage) {
		return p.misused(err)
	}
	fmt.Fprintf(p.stderr, "ims: %s\n", visible(err.Error()))
	if e, ok := bank.AsError(err); ok {
		for _, f := range e.Fields {
			fmt.Fprintf(p.stderr, "  %s: %s\n", f.Pointer, f.Detail)
		}
	}
	return exitRefused
}
