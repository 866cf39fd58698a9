package serverapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/web"
)

func signingKeyRoutes() []route {
	const tag = "Sessions"
	return []route{
		{method: http.MethodPost, path: "/secure/users/{userId}/signing-keys", id: "addSigningKey", tag: tag, summary: "Register a passkey of an end user", status: http.StatusCreated,
			description: "With it the end user confirms transfers in your app. Your backend makes it with the end user's device (WebAuthn registration), checks the attestation it asks for, and vouches for whose it is. An end user has twenty at most. Where your app signs with a Trusted Identity key no passkey is needed.",
			need:        bank.PermSessionsWrite, key: keyOptional, problems: []*bank.Error{bank.ErrNotFound, bank.ErrUserLocked, bank.ErrAlreadyExists, bank.ErrConflict},
			request: newSigningKeyExample, answer: signingKeyExample, mount: typed((*server).addSigningKey)},
		{method: http.MethodGet, path: "/secure/users/{userId}/signing-keys", id: "listSigningKeys", tag: tag, summary: "List an end user's passkeys",
			description: "All of them, in the order they were registered.",
			need:        bank.PermSessionsWrite, answer: map[string]any{"items": []any{signingKeyExample}}, mount: typed((*server).listSigningKeys)},
		{method: http.MethodDelete, path: "/secure/users/{userId}/signing-keys/{signingKeyId}", id: "removeSigningKey", tag: tag, summary: "Remove an end user's passkey", status: http.StatusNoContent,
			description: "It confirms nothing any more; what it has confirmed stands.",
			need:        bank.PermSessionsWrite, mount: typed((*server).removeSigningKey)},
	}
}

// Examples of passkeys; the keys are nobody's.
var (
	newSigningKeyExample = NewSigningKey{CredentialID: "MZkiiWa2YP6gB62I6_MlXg", RPID: "pay.example", Origins: []string{"https://pay.example"},
		PublicKey: "pQECAyYgASFYIALty4voE_HY1ruNCLlpG1neuisoSGUJ0BzmMuiStp2aIlggI-FA15kEZe9TeAz5PBsbJxcIDXQtObYpwYI_gPnGLhE"}
	signingKeyExample = SigningKey{ID: "0190a5d4-c200-7f3a-9b4c-5d6e7f8a9b1a", Type: "PASSKEY", CredentialID: newSigningKeyExample.CredentialID,
		RPID: newSigningKeyExample.RPID, Origins: newSigningKeyExample.Origins, CreatedAt: noon}
)

// NewSigningKey is a passkey as its registration told of it.
type NewSigningKey struct {
	CredentialID string   `json:"credentialId" minLength:"1" maxLength:"1400" pattern:"^[A-Za-z0-9_-]+$" doc:"The credential's id, base64url without padding." example:"MZkiiWa2YP6gB62I6_MlXg"`
	PublicKey    string   `json:"publicKey" minLength:"1" maxLength:"5500" pattern:"^[A-Za-z0-9_-]+$" doc:"COSE_Key of the authenticator data, base64url without padding." example:"pQECAyYgASFYIALty4voE_HY1ruNCLlpG1neuisoSGUJ0BzmMuiStp2aIlggI-FA15kEZe9TeAz5PBsbJxcIDXQtObYpwYI_gPnGLhE"`
	RPID         string   `json:"rpId" minLength:"1" maxLength:"255" doc:"The domain it was made for." example:"pay.example"`
	Origins      []string `json:"origins" nullable:"false" minItems:"1" maxItems:"10" doc:"Where it may be used: https origins under the domain, or android:apk-key-hash: of an app." example:"[\"https://pay.example\"]"`
}

// SigningKey is a key with which an end user confirms transfers.
type SigningKey struct {
	ID           string     `json:"id" format:"uuid"`
	Type         string     `json:"type" enum:"PASSKEY"`
	CredentialID string     `json:"credentialId" doc:"Base64url without padding." example:"MZkiiWa2YP6gB62I6_MlXg"`
	RPID         string     `json:"rpId" doc:"The domain it was made for." example:"pay.example"`
	Origins      []string   `json:"origins" nullable:"false" doc:"Where it may be used."`
	CreatedAt    time.Time  `json:"createdAt"`
	UsedAt       *time.Time `json:"usedAt,omitempty" doc:"When it confirmed something last."`
}

func signingKeyFrom(p bank.UserPasskey) SigningKey {
	return SigningKey{ID: p.ID.String(), Type: "PASSKEY", CredentialID: base64.RawURLEncoding.EncodeToString(p.CredentialID), RPID: p.RPID, Origins: p.Origins,
		CreatedAt: web.Moment(p.CreatedAt), UsedAt: web.Instant(p.UsedAt)}
}

type addSigningKeyInput struct {
	UserPath
	Body NewSigningKey
}

type signingKeyAnswer struct{ Body SigningKey }

func (s *server) addSigningKey(ctx context.Context, actor bank.Actor, in *addSigningKeyInput) (*signingKeyAnswer, error) {
	user, err := web.IDOf(in.UserID, "userId")
	if err != nil {
		return nil, err
	}
	credential, err := bytesOf(in.Body.CredentialID, "/credentialId")
	if err != nil {
		return nil, err
	}
	key, err := bytesOf(in.Body.PublicKey, "/publicKey")
	if err != nil {
		return nil, err
	}
	p, err := s.Sessions.AddPasskey(web.Answered(ctx, http.StatusCreated, signingKeyFrom), actor, user,
		access.NewPasskey{CredentialID: credential, PublicKey: key, RPID: in.Body.RPID, Origins: in.Body.Origins})
	if err != nil {
		return nil, err
	}
	return &signingKeyAnswer{signingKeyFrom(p)}, nil
}

// bytesOf reads what is written in base64url; pointer is where it stands.
func bytesOf(text, pointer string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, bank.ErrInvalid.With("the request has invalid fields").Field(pointer, "invalid", "must be base64url without padding")
	}
	return raw, nil
}

// SigningKeyList is all signing keys of an end user.
type SigningKeyList struct {
	Items []SigningKey `json:"items" nullable:"false"`
}

type signingKeyListAnswer struct{ Body SigningKeyList }

func (s *server) listSigningKeys(ctx context.Context, actor bank.Actor, in *UserPath) (*signingKeyListAnswer, error) {
	user, err := web.IDOf(in.UserID, "userId")
	if err != nil {
		return nil, err
	}
	rows, err := s.Sessions.Passkeys(ctx, actor, user)
	if err != nil {
		return nil, err
	}
	return &signingKeyListAnswer{SigningKeyList{web.Each(rows, signingKeyFrom)}}, nil
}

type signingKeyPath struct {
	UserPath
	SigningKeyID string `path:"signingKeyId" format:"uuid" doc:"Of the signing key."`
}

func (s *server) removeSigningKey(ctx context.Context, actor bank.Actor, in *signingKeyPath) (*struct{}, error) {
	user, err := web.IDOf(in.UserID, "userId")
	if err != nil {
		return nil, err
	}
	id, err := web.IDOf(in.SigningKeyID, "signingKeyId")
	if err != nil {
		return nil, err
	}
	return nil, s.Sessions.RemovePasskey(ctx, actor, user, id)
}
