package panel

import (
	"net/http"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
)

func blockRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/users/{id}/block", need: bank.PermBlocksWrite, page: (*visit).askBlockUser},
		{method: http.MethodPost, path: "/users/{id}/block", need: bank.PermBlocksWrite, page: (*visit).blockUser},
		{method: http.MethodGet, path: "/users/{id}/lift/{block}", need: bank.PermBlocksWrite, page: (*visit).askLiftUser},
		{method: http.MethodPost, path: "/users/{id}/lift/{block}", need: bank.PermBlocksWrite, page: (*visit).liftUser},
		{method: http.MethodGet, path: "/balances/{id}/block", need: bank.PermBlocksWrite, page: (*visit).askBlockBalance},
		{method: http.MethodPost, path: "/balances/{id}/block", need: bank.PermBlocksWrite, page: (*visit).blockBalance},
		{method: http.MethodGet, path: "/balances/{id}/lift/{block}", need: bank.PermBlocksWrite, page: (*visit).askLiftBalance},
		{method: http.MethodPost, path: "/balances/{id}/lift/{block}", need: bank.PermBlocksWrite, page: (*visit).liftBalance},
	}
}

// blockable is what a block can be set on, from one page.
type blockable struct {
	home, name string
	targets    []choice          // kinds of targets, the usual one first
	keys       map[string]string // of each kind
}

func (v *visit) blockableUser() (b blockable, err error) {
	u, err := v.userOfPath()
	if err != nil {
		return b, err
	}
	kind := string(bank.BlockUser)
	return blockable{"/users/" + u.ID.String(), u.Name(), []choice{{kind, v.word("blockTarget", kind)}}, map[string]string{kind: u.ID.String()}}, nil
}

func (v *visit) blockableBalance() (b blockable, err error) {
	h, err := v.holdingOfPath()
	if err != nil {
		return b, err
	}
	b = blockable{home: h.home(), name: v.T("balance.title", h.Currency.Code(), h.holder.Name()), keys: map[string]string{}}
	kinds := []bank.BlockTarget{bank.BlockBalance, bank.BlockIBAN}
	for i, key := range h.keys() {
		kind := string(kinds[i])
		b.targets = append(b.targets, choice{kind, v.word("blockTarget", kind)})
		b.keys[kind] = key
	}
	return b, nil
}

// blocksOn are the blocks on several targets, which are few.
func (v *visit) blocksOn(keys ...string) (list []bank.Block, err error) {
	for _, key := range keys {
		part, err := v.Accounts.Blocks(v.r.Context(), v.actor, key)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	return list, nil
}

// blockForm is a block to set as it was typed.
type blockForm struct {
	on                                       blockable
	target, kind, direction, reference, till string
	key                                      string
	faults                                   map[string]string
	whole                                    string
}

func (v *visit) askBlockUser() error    { return v.askBlock(v.blockableUser) }
func (v *visit) askBlockBalance() error { return v.askBlock(v.blockableBalance) }

func (v *visit) askBlock(of func() (blockable, error)) error {
	on, err := of()
	if err != nil {
		return err
	}
	return v.show(v.T("block.add"), blockPage(v, blockForm{on: on, key: bank.NewID().String()}))
}

func (v *visit) blockUser() error    { return v.setBlock(v.blockableUser) }
func (v *visit) blockBalance() error { return v.setBlock(v.blockableBalance) }

func (v *visit) setBlock(of func() (blockable, error)) error {
	on, err := of()
	if err != nil {
		return err
	}
	post := v.r.PostFormValue
	f := blockForm{on: on, target: post("target"), kind: post("kind"), direction: post("direction"), reference: post("reference"), till: post("till"), key: post(onceKey)}
	if f.target == "" {
		f.target = on.targets[0].value
	}
	n := accounts.NewBlock{Target: bank.BlockTarget(f.target), TargetKey: on.keys[f.target], Kind: bank.BlockKind(f.kind), Direction: bank.BlockDirection(f.direction), Reference: f.reference}
	if n.To, err = f.until(v); err == nil {
		_, err = v.Accounts.Block(v.once(func(any) string { return on.home }), v.actor, n)
	}
	if to, repeated := doneBefore(err); repeated {
		return v.redirect(to)
	}
	if err == nil {
		v.say("block.done", on.name)
		return v.redirect(on.home)
	}
	if f.faults, f.whole, err = v.faults(err); err != nil {
		return err
	}
	if f.faults["till"] == "" {
		f.faults["till"] = f.faults["to"]
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("block.add"), blockPage(v, f))
}

// until is the end of the last day on which the block stands, in the operator's zone; zero: until it is lifted.
func (f blockForm) until(v *visit) (time.Time, error) {
	if f.till == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, f.till, v.zone)
	if err != nil {
		return time.Time{}, bank.ErrInvalid.Field("/till", "invalid", v.T("list.badDay"))
	}
	return day.AddDate(0, 0, 1), nil
}

// fields are those of the form.
func (f blockForm) fields(v *visit) []field {
	options := func(family string, names []string) []choice {
		list := []choice{{"", v.T("block.choose")}}
		for _, name := range names {
			list = append(list, choice{name, v.word(family, name)})
		}
		return list
	}
	list := []field{
		{name: "kind", label: v.word("column", "kind"), value: f.kind, required: true, choices: options("blockKind", blockKinds), fault: f.faults["kind"]},
		{name: "direction", label: v.word("column", "direction"), value: f.direction, required: true, choices: options("blockDirection", blockDirections), fault: f.faults["direction"]},
		{name: "reference", label: v.word("column", "reference"), value: f.reference, limit: 140, fault: f.faults["reference"], hint: v.T("block.referenceHint")},
		{name: "till", label: v.T("block.till"), value: f.till, kind: "date", fault: f.faults["till"], hint: v.T("block.tillHint")},
	}
	if len(f.on.targets) > 1 {
		list = append([]field{{name: "target", label: v.T("block.target"), value: f.target, required: true, choices: f.on.targets, fault: f.faults["target"]}}, list...)
	}
	return list
}

func (v *visit) askLiftUser() error    { return v.askLift(v.blockableUser) }
func (v *visit) askLiftBalance() error { return v.askLift(v.blockableBalance) }

// askLift asks before a block is lifted.
func (v *visit) askLift(of func() (blockable, error)) error {
	on, block, err := v.blockOfPath(of)
	if err != nil {
		return err
	}
	return v.show(v.T("block.liftTitle"), askPage(v, ask{title: v.T("block.liftTitle"), text: v.T("block.liftText"), action: v.r.URL.Path, back: on.home,
		button: v.T("block.lift"), danger: true, fields: facts(blockFacts(v, block))}))
}

func (v *visit) liftUser() error    { return v.lift(v.blockableUser) }
func (v *visit) liftBalance() error { return v.lift(v.blockableBalance) }

func (v *visit) lift(of func() (blockable, error)) error {
	on, block, err := v.blockOfPath(of)
	if err != nil {
		return err
	}
	if err := v.Accounts.Lift(v.r.Context(), v.actor, block.TargetKey, block.ID); err != nil {
		return err
	}
	v.say("block.liftDone", on.name)
	return v.redirect(on.home)
}

// blockOfPath finds the block of the path among those of the page.
func (v *visit) blockOfPath(of func() (blockable, error)) (on blockable, block bank.Block, err error) {
	if on, err = of(); err != nil {
		return on, block, err
	}
	for _, key := range on.keys {
		list, err := v.blocksOn(key)
		if err != nil {
			return on, block, err
		}
		for _, b := range list {
			if b.ID.String() == v.r.PathValue("block") {
				return on, b, nil
			}
		}
	}
	return on, block, bank.ErrNotFound.With("the block was lifted already, or never there")
}

// blockFacts is what is known of a block.
func blockFacts(v *visit, b bank.Block) []fact {
	return []fact{
		{v.T("block.target"), plain(v.word("blockTarget", string(b.Target)))},
		{v.word("column", "kind"), plain(v.word("blockKind", string(b.Kind)))},
		{v.word("column", "direction"), plain(v.word("blockDirection", string(b.Direction)))},
		{v.word("column", "reference"), plain(b.Reference)},
		{v.word("column", "from"), instantOf(v, b.From)},
	}
}
