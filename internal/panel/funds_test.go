package panel

import "ims/internal/accounts"

type fund = accounts.Fund

func (s *scene) funds() []fund {
	s.t.Helper()
	list, err := s.panel.Accounts.Funds(s.t.Context(), s.admin)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}
