package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/web"
)

// blockRoutes are the same three operations on each of the three targets.
func blockRoutes() []route {
	users := blockRows("/secure/users/{userId}/blocks", "User", "an end user", typed(setBlock[setUserBlock]),
		typed(listBlocks[listUserBlocks]), typed(liftBlock[liftUserBlock]))
	balances := blockRows("/secure/balances/{balanceId}/blocks", "Balance", "a balance", typed(setBlock[setBalanceBlock]),
		typed(listBlocks[listBalanceBlocks]), typed(liftBlock[liftBalanceBlock]))
	ibans := blockRows("/secure/bank-accounts/{iban}/blocks", "Iban", "an IBAN", typed(setBlock[setIBANBlock]),
		typed(listBlocks[listIBANBlocks]), typed(liftBlock[liftIBANBlock]))
	return append(append(users, balances...), ibans...)
}

func blockRows(path, noun, what string, set, list, lift mounter) []route {
	const tag = "Blocks"
	return []route{
		{method: http.MethodPost, path: path, id: "block" + noun, tag: tag, summary: "Block " + what, status: http.StatusCreated,
			description: "Several blocks may stand at once. Credits that arrive under a block of credits are booked and frozen; they are set free when the last such block is lifted or ends.",
			need:        bank.PermBlocksWrite, key: keyOptional, request: blockExample.facts(), answer: blockExample, mount: set},
		{method: http.MethodGet, path: path, id: "list" + noun + "Blocks", tag: tag, summary: "List the blocks on " + what,
			description: "Those that were not lifted.",
			need:        bank.PermUsersRead, answer: map[string]any{"items": []any{blockExample}}, mount: list},
		{method: http.MethodDelete, path: path + "/{blockId}", id: "unblock" + noun, tag: tag, summary: "Lift a block on " + what,
			description: "The others stay.", status: http.StatusNoContent, need: bank.PermBlocksWrite, mount: lift},
	}
}

// BlockFacts say what a block stops, why and how long.
type BlockFacts struct {
	Kind      string     `json:"kind" enum:"CUSTOMER,COURT,SANCTIONS,FRAUD,DEATH" doc:"Who asked for it." example:"CUSTOMER"`
	Direction string     `json:"direction" enum:"DEBITS,CREDITS,BOTH" example:"DEBITS"`
	Reference string     `json:"reference,omitempty" maxLength:"140" example:"ticket 1001"`
	From      *time.Time `json:"from,omitempty" doc:"Default: now."`
	To        *time.Time `json:"to,omitempty" doc:"Default: until it is lifted."`
}

// Block stops movements of its target.
type Block struct {
	ID     string `json:"id" format:"uuid"`
	Target string `json:"target" enum:"IBAN,BALANCE,USER"`
	BlockFacts
	CreatedAt time.Time `json:"createdAt"`
}

func blockFrom(b bank.Block) Block {
	return Block{ID: b.ID.String(), Target: string(b.Target), CreatedAt: web.Moment(b.CreatedAt), BlockFacts: BlockFacts{
		Kind: string(b.Kind), Direction: string(b.Direction), Reference: b.Reference, From: web.Instant(b.From), To: web.Instant(b.To)}}
}

// target is what a block stands on, as the path names it; key is its canonical form.
type target interface {
	target() (kind bank.BlockTarget, key string, err error)
}

func (p UserPath) target() (bank.BlockTarget, string, error) {
	id, err := web.IDOf(p.UserID, "userId")
	return bank.BlockUser, id.String(), err
}

func (p BalancePath) target() (bank.BlockTarget, string, error) {
	id, err := web.IDOf(p.BalanceID, "balanceId")
	return bank.BlockBalance, id.String(), err
}

func (p IBANPath) target() (bank.BlockTarget, string, error) {
	number, err := web.IBANOf(p.IBAN)
	return bank.BlockIBAN, number.String(), err
}

// BlockBody is the body of a request for a block.
type BlockBody struct{ Body BlockFacts }

// BlockPath names a block.
type BlockPath struct {
	BlockID string `path:"blockId" format:"uuid" doc:"Of the block."`
}

// The inputs differ in the path only; huma wants a type for each, and sees embedded types only if they are exported.
type (
	setUserBlock struct {
		UserPath
		BlockBody
	}
	setBalanceBlock struct {
		BalancePath
		BlockBody
	}
	setIBANBlock struct {
		IBANPath
		BlockBody
	}
	listUserBlocks    struct{ UserPath }
	listBalanceBlocks struct{ BalancePath }
	listIBANBlocks    struct{ IBANPath }
	liftUserBlock     struct {
		UserPath
		BlockPath
	}
	liftBalanceBlock struct {
		BalancePath
		BlockPath
	}
	liftIBANBlock struct {
		IBANPath
		BlockPath
	}
)

func (b BlockBody) facts() BlockFacts    { return b.Body }
func (p BlockPath) id() (bank.ID, error) { return web.IDOf(p.BlockID, "blockId") }

type blockAnswer struct{ Body Block }

func setBlock[I interface {
	target
	facts() BlockFacts
}](s *server, ctx context.Context, actor bank.Actor, in *I) (*blockAnswer, error) {
	kind, key, err := (*in).target()
	if err != nil {
		return nil, err
	}
	facts := (*in).facts()
	n := accounts.NewBlock{Target: kind, TargetKey: key, Kind: bank.BlockKind(facts.Kind),
		Direction: bank.BlockDirection(facts.Direction), Reference: facts.Reference}
	if facts.From != nil {
		n.From = *facts.From
	}
	if facts.To != nil {
		n.To = *facts.To
	}
	b, err := s.Accounts.Block(web.Answered(ctx, http.StatusCreated, blockFrom), actor, n)
	if err != nil {
		return nil, err
	}
	return &blockAnswer{Body: blockFrom(b)}, nil
}

// BlockList is the blocks on one target.
type BlockList struct {
	Items []Block `json:"items" nullable:"false"`
}

type blockListAnswer struct{ Body BlockList }

func listBlocks[I target](s *server, ctx context.Context, actor bank.Actor, in *I) (*blockListAnswer, error) {
	kind, key, err := (*in).target()
	if err == nil {
		err = s.mustExist(ctx, actor, kind, key)
	}
	if err != nil {
		return nil, err
	}
	rows, err := s.Accounts.Blocks(ctx, actor, key)
	if err != nil {
		return nil, err
	}
	return &blockListAnswer{BlockList{web.Each(rows, blockFrom)}}, nil
}

// mustExist tells an unknown target from one without blocks.
func (s *server) mustExist(ctx context.Context, actor bank.Actor, kind bank.BlockTarget, key string) error {
	if kind == bank.BlockIBAN {
		number, err := web.IBANOf(key)
		if err == nil {
			_, err = s.Accounts.BankAccount(ctx, actor, number)
		}
		return err
	}
	id, err := bank.ParseID(key)
	if err != nil {
		return err
	}
	if kind == bank.BlockUser {
		_, err = s.Accounts.User(ctx, actor, id)
	} else {
		_, err = s.Accounts.Balance(ctx, actor, id)
	}
	return err
}

func liftBlock[I interface {
	target
	id() (bank.ID, error)
}](s *server, ctx context.Context, actor bank.Actor, in *I) (*struct{}, error) {
	_, key, err := (*in).target()
	if err != nil {
		return nil, err
	}
	id, err := (*in).id()
	if err != nil {
		return nil, err
	}
	return nil, s.Accounts.Lift(ctx, actor, key, id)
}
