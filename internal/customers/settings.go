package customers

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// Settings are those of a customer, and which roles may add balances. That is data of its own, the permission
// bank.PermBalancesWrite of each role, which also lets a role close balances.
type Settings struct {
	bank.Settings
	AddBalanceRoles []bank.Role `json:"addBalanceRoles"` // in the order EMPLOYEE, MANAGER, ADMIN; empty: no operator
}

// maxRetention is the longest retention period, in years.
const maxRetention = 100

func roles() []bank.Role { return []bank.Role{bank.Employee, bank.Manager, bank.Admin} }

func (s Settings) check() error {
	switch s.IBANMode {
	case bank.IssueAutomatic, bank.IssueByAPI, bank.IssueFromPanel:
	default:
		return bank.ErrInvalid.With("unknown mode of issuing IBANs").Field("/ibanMode", "unknown", "AUTOMATIC, API or PANEL")
	}
	if s.RetentionYears < 0 || s.RetentionYears > maxRetention {
		return bank.ErrInvalid.With("the retention period is wrong").Field("/retentionYears", "out-of-range", "0 (for ever) to 100 years")
	}
	if err := checkLimits(s.TransferLimits); err != nil {
		return err
	}
	for _, r := range s.AddBalanceRoles {
		if !r.Known() {
			return bank.ErrInvalid.With("unknown role").Field("/addBalanceRoles", "unknown", "EMPLOYEE, MANAGER or ADMIN")
		}
	}
	return nil
}

// checkLimits wants at most one limit for each supported currency, and amounts that can be written.
func checkLimits(list []bank.TransferLimit) error {
	bad := func(why string) error {
		return bank.ErrInvalid.With("the limits for transfers are wrong").Field("/transferLimits", "invalid", why)
	}
	seen := map[string]bool{}
	for _, l := range list {
		if _, err := money.ParseCurrency(l.Currency); err != nil || seen[l.Currency] {
			return bad("one for each supported currency")
		}
		if seen[l.Currency] = true; min(l.Order, l.BalanceDay, l.UserDay) < 0 {
			return bad("amounts are positive, or 0 for no limit")
		}
	}
	return nil
}

// Settings returns the settings of a customer, or bank.ErrNotFound.
func (s *Service) Settings(ctx context.Context, customer bank.CustomerID) (settings Settings, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := tx.Customer(customer)
		if err == nil {
			settings, err = settingsOf(tx, c)
		}
		return err
	})
	if err != nil {
		return settings, fmt.Errorf("settings of customer %d: %w", customer, err)
	}
	return settings, nil
}

func settingsOf(tx *store.Tx, c bank.Customer) (Settings, error) {
	s := Settings{Settings: c.Settings, AddBalanceRoles: []bank.Role{}}
	for _, role := range roles() {
		list, err := tx.Permissions(c.ID, role)
		if err != nil {
			return s, fmt.Errorf("permissions of %s: %w", role, err)
		}
		if slices.Contains(list, bank.PermBalancesWrite) {
			s.AddBalanceRoles = append(s.AddBalanceRoles, role)
		}
	}
	return s, nil
}

// UpdateSettings lets mutate change a copy of the settings, which then replace them. mutate may run more than once; its
// error is returned as it is. Nothing is written where nothing changed. Where four eyes bind, switching them off included,
// the change waits for a second person (bank.ErrFourEyes). bank.ErrInvalid for an unknown mode or role.
func (s *Service) UpdateSettings(ctx context.Context, actor bank.Actor, customer bank.CustomerID, mutate func(*Settings) error) error {
	if err := authorise(&actor, customer); err != nil {
		return err
	}
	return s.change(ctx, customer, func(tx *store.Tx, c bank.Customer) (*bank.Approval, error) {
		before, err := settingsOf(tx, c)
		if err != nil {
			return nil, fmt.Errorf("update settings: %w", err)
		}
		after := before
		after.AddBalanceRoles = slices.Clone(before.AddBalanceRoles)
		if err := mutate(&after); err != nil {
			return nil, err
		}
		if err := after.check(); err != nil || toJSON(before) == toJSON(after) {
			return nil, err
		}
		pending, err := s.second.Require(ctx, tx, actor, settingsRequest(c.ID, before, after))
		if err != nil || pending != nil {
			return pending, err
		}
		return nil, s.updateSettings(tx, actor, c, before, after)
	})
}

// SettingsContent is what exactly is approved with a change of settings.
type SettingsContent struct {
	Before Settings `json:"before"`
	After  Settings `json:"after"`
}

func settingsRequest(customer bank.CustomerID, before, after Settings) store.ApprovalRequest {
	summary := fmt.Sprintf("settings from %s to %s", toJSON(before), toJSON(after))
	return store.ApprovalRequest{Action: "customers.settings", Object: fmt.Sprint(customer), Digest: sha256.Sum256([]byte(summary)), Summary: summary,
		Content: bank.ApprovalContent(SettingsContent{before, after})}
}

func (s *Service) updateSettings(tx *store.Tx, actor bank.Actor, c bank.Customer, before, after Settings) error {
	c.Settings = after.Settings
	if err := tx.UpdateCustomer(c); err != nil {
		return fmt.Errorf("update settings: %w", err)
	}
	for _, role := range roles() {
		if err := letAddBalances(tx, c.ID, role, slices.Contains(after.AddBalanceRoles, role)); err != nil {
			return fmt.Errorf("update settings: permissions of %s: %w", role, err)
		}
	}
	return s.audit(tx, actor, c.ID, "customer.settings-changed", fmt.Sprint(c.ID), before, after)
}

// letAddBalances gives a role the permission, or takes it away.
func letAddBalances(tx *store.Tx, customer bank.CustomerID, role bank.Role, may bool) error {
	list, err := tx.Permissions(customer, role)
	if err != nil || slices.Contains(list, bank.PermBalancesWrite) == may {
		return err
	}
	if may {
		return tx.SetPermissions(customer, role, append(list, bank.PermBalancesWrite))
	}
	list = slices.DeleteFunc(list, func(p bank.Permission) bool { return p == bank.PermBalancesWrite })
	return tx.SetPermissions(customer, role, list)
}
