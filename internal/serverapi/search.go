package serverapi

import (
	"context"
	"net/http"

	"ims/internal/bank"
)

func searchRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/secure/search", id: "search", tag: "Transactions", summary: "Find anything by an identifier",
			description: "Whatever bears the text as a whole: an IBAN with or without blanks (also of the other side), the id of an end user, balance, transaction, transaction file or item, an external id, a file's name, a reference, a bank's operation number, an idempotency key. What the certificate may not read is not told.",
			need:        bank.PermHistoryRead, answer: map[string]any{"items": []Found{foundExample}, "searchedTo": 42}, mount: typed((*server).search)},
	}
}

// Found is one thing that the text names.
type Found struct {
	Kind  string `json:"kind" enum:"USER,BALANCE,BANK_ACCOUNT,MASTER_ACCOUNT,TRANSACTION,TRANSACTION_FILE,ITEM"`
	ID    string `json:"id" doc:"As the paths of this API name it."`
	By    string `json:"by" doc:"The field that has the text."`
	About string `json:"about,omitempty" doc:"A few words for people."`
}

var foundExample = Found{Kind: "TRANSACTION", ID: "42", By: "reference", About: "CREDIT CLEARED Invoice 7"}

type searchInput struct {
	Q string `query:"q" required:"true" minLength:"1" maxLength:"140" doc:"What to find." example:"PL61 1090 1014 0000 0712 1981 2874"`
}

// FoundList is everything that was found; there are no further pages.
type FoundList struct {
	Items      []Found `json:"items" nullable:"false"`
	SearchedTo int64   `json:"searchedTo" doc:"Transactions are found by their texts up to this one. The index follows within seconds."`
}

type searchAnswer struct{ Body FoundList }

func (s *server) search(ctx context.Context, actor bank.Actor, in *searchInput) (*searchAnswer, error) {
	to, _, err := s.History.SearchedTo(ctx, actor)
	if err != nil {
		return nil, err
	}
	list, err := s.History.Find(ctx, actor, in.Q)
	if err != nil {
		return nil, err
	}
	items := make([]Found, len(list))
	for i, f := range list {
		items[i] = Found{Kind: string(f.Kind), ID: f.ID, By: f.By, About: f.About}
	}
	return &searchAnswer{FoundList{items, int64(to)}}, nil
}
