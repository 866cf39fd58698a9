package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/web"
)

func userRoutes() []route {
	const tag = "End users"
	return []route{
		{method: http.MethodPost, path: "/secure/users", id: "createUser", located: true, tag: tag, summary: "Create an end user", status: http.StatusCreated,
			description: "A person needs firstName and lastName, a corporation companyName. externalId, your own name of the end user, is unique when given.",
			need:        bank.PermUsersWrite, key: keyOptional, problems: []*bank.Error{bank.ErrAlreadyExists},
			request: userExample.facts(), answer: userExample, mount: typed((*server).createUser)},
		{method: http.MethodGet, path: "/secure/users", id: "listUsers", tag: tag, summary: "List end users",
			description: "In the order of creation. Filters narrow each other; name is a part of a name as written.",
			need:        bank.PermUsersRead, answer: listOf(userExample), mount: typed((*server).listUsers)},
		{method: http.MethodGet, path: "/secure/users/{userId}", id: "getUser", tag: tag, summary: "Read an end user",
			description: "The end user as it is now.",
			need:        bank.PermUsersRead, answer: userExample, tagged: true, mount: typed((*server).getUser)},
		{method: http.MethodPatch, path: "/secure/users/{userId}", id: "updateUser", tag: tag, summary: "Change an end user",
			description: "Fields that are left out stay. A LOCKED end user gets no new balances. Where IBANs wait for kycStatus, ACCEPTED issues them.",
			need:        bank.PermUsersWrite, problems: []*bank.Error{bank.ErrPrecondition}, request: map[string]any{"kycStatus": "ACCEPTED"}, answer: userExample, tagged: true, mount: typed((*server).updateUser)},
	}
}

// UserFacts are what a customer tells of an end user.
type UserFacts struct {
	ExternalID  string `json:"externalId,omitempty" maxLength:"128" doc:"Your own name of the end user." example:"crm-1001"`
	Type        string `json:"type" enum:"PERSON,CORPORATION" example:"PERSON"`
	FirstName   string `json:"firstName,omitempty" maxLength:"140" doc:"Of a person." example:"Ada"`
	LastName    string `json:"lastName,omitempty" maxLength:"140" doc:"Of a person." example:"Example"`
	CompanyName string `json:"companyName,omitempty" maxLength:"140" doc:"Of a corporation."`
	Email       string `json:"email,omitempty" maxLength:"254" example:"ada@example.com"`
	Phone       string `json:"phone,omitempty" maxLength:"32" example:"+48000000001"`
	KYC         string `json:"kycStatus,omitempty" enum:"PENDING,ACCEPTED,REJECTED" doc:"Your word on who this is." example:"PENDING"`
}

// User is an end user.
type User struct {
	ID string `json:"id" format:"uuid" example:"0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10"`
	UserFacts
	Status    string    `json:"status" enum:"ACTIVE,LOCKED" example:"ACTIVE"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Location implements web.Located.
func (u User) Location() string { return "/secure/users/" + u.ID }

func userFrom(u bank.User) User {
	return User{ID: u.ID.String(), Status: string(u.Status), CreatedAt: web.Moment(u.CreatedAt), UpdatedAt: web.Moment(u.UpdatedAt),
		UserFacts: UserFacts{ExternalID: u.ExternalID, Type: string(u.Type), FirstName: u.FirstName, LastName: u.LastName,
			CompanyName: u.CompanyName, Email: u.Email, Phone: u.Phone, KYC: string(u.KYC)}}
}

// userAnswer is one end user.
type userAnswer struct{ Body User }

type createUserInput struct{ Body UserFacts }

func (s *server) createUser(ctx context.Context, actor bank.Actor, in *createUserInput) (*userAnswer, error) {
	b := in.Body
	u, err := s.Accounts.CreateUser(web.Answered(ctx, http.StatusCreated, userFrom), actor, accounts.NewUser{ExternalID: b.ExternalID, Type: bank.UserType(b.Type),
		FirstName: b.FirstName, LastName: b.LastName, CompanyName: b.CompanyName, Email: b.Email, Phone: b.Phone,
		KYC: bank.KYCStatus(b.KYC)})
	if err != nil {
		return nil, err
	}
	return &userAnswer{Body: userFrom(u)}, nil
}

// UserPath names an end user.
type UserPath struct {
	UserID string `path:"userId" format:"uuid" doc:"Of the end user."`
}

func (s *server) getUser(ctx context.Context, actor bank.Actor, in *UserPath) (*userAnswer, error) {
	id, err := web.IDOf(in.UserID, "userId")
	if err != nil {
		return nil, err
	}
	u, err := s.Accounts.User(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &userAnswer{Body: userFrom(u)}, nil
}

// userPatch holds what may change; nil stays.
type userPatch struct {
	Type        *string `json:"type,omitempty" enum:"PERSON,CORPORATION"`
	FirstName   *string `json:"firstName,omitempty" maxLength:"140"`
	LastName    *string `json:"lastName,omitempty" maxLength:"140"`
	CompanyName *string `json:"companyName,omitempty" maxLength:"140"`
	Email       *string `json:"email,omitempty" maxLength:"254"`
	Phone       *string `json:"phone,omitempty" maxLength:"32"`
	KYC         *string `json:"kycStatus,omitempty" enum:"PENDING,ACCEPTED,REJECTED"`
	Status      *string `json:"status,omitempty" enum:"ACTIVE,LOCKED"`
}

func (p userPatch) apply(u *bank.User) {
	set(&u.Type, p.Type)
	set(&u.FirstName, p.FirstName)
	set(&u.LastName, p.LastName)
	set(&u.CompanyName, p.CompanyName)
	set(&u.Email, p.Email)
	set(&u.Phone, p.Phone)
	set(&u.KYC, p.KYC)
	set(&u.Status, p.Status)
}

func set[T ~string](to *T, from *string) {
	if from != nil {
		*to = T(*from)
	}
}

type updateUserInput struct {
	UserPath
	IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag of the end user as you read it: where it changed since, the answer is 412 and nothing happens."`
	Body    userPatch
}

func (s *server) updateUser(ctx context.Context, actor bank.Actor, in *updateUserInput) (*userAnswer, error) {
	id, err := web.IDOf(in.UserID, "userId")
	if err != nil {
		return nil, err
	}
	u, err := s.Accounts.UpdateUser(ctx, actor, id, func(u *bank.User) error {
		if err := web.Unchanged(in.IfMatch, userFrom(*u)); err != nil {
			return err
		}
		in.Body.apply(u)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &userAnswer{Body: userFrom(u)}, nil
}

type listUsersInput struct {
	Page
	ExternalID string `query:"externalId" maxLength:"128" doc:"Exactly this one."`
	Name       string `query:"name" maxLength:"140" doc:"Words, in any order: each begins a word of the first, last or company name. Case and diacritics do not count."`
	IBAN       string `query:"iban" maxLength:"64" doc:"The end user with this IBAN, with spaces or without."`
	Status     string `query:"status" enum:"ACTIVE,LOCKED"`
	KYC        string `query:"kycStatus" enum:"PENDING,ACCEPTED,REJECTED"`
}

// UserList is one page of end users.
type UserList struct {
	Items []User `json:"items" nullable:"false"`
	web.Links
}

type userListAnswer struct{ Body UserList }

func (s *server) listUsers(ctx context.Context, actor bank.Actor, in *listUsersInput) (*userListAnswer, error) {
	after, back, err := web.ReadIDCursor(in.Cursor, listUsers)
	if err != nil {
		return nil, err
	}
	rows, err := s.Accounts.Users(ctx, actor, accounts.UserFilter{ExternalID: in.ExternalID, Name: in.Name, IBAN: in.IBAN,
		Status: bank.UserStatus(in.Status), KYC: bank.KYCStatus(in.KYC), After: after, Back: back, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	items, links := web.Paged(rows, in.Page, userFrom, func(u bank.User) web.Cursor { return web.IDCursor(listUsers, u.ID) })
	return &userListAnswer{UserList{items, links}}, nil
}
