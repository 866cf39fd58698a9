package access

import (
	"context"
	"fmt"
	"time"
)

// letterWords are the words of one kind of letter, in both languages of the panel. The first %s is the customer's name, the
// second the link, the third when it ends (UTC).
type letterWords struct{ subject, text string }

var invitationLetter = letterWords{
	subject: "Invitation to the panel of %s",
	text: `You are invited to work in the Admin Panel of %[1]s.

Open this link to choose a password and a second factor. It is good once, until %[3]s:

%[2]s

If you did not expect this letter, ignore it.

--
Zaproszenie do panelu administracyjnego %[1]s.

Otwórz powyższy link, aby ustalić hasło i drugi składnik logowania. Link jest jednorazowy i ważny do %[3]s.
Jeśli nie spodziewasz się tego listu, zignoruj go.
`,
}

var resetLetter = letterWords{
	subject: "New password for the panel of %s",
	text: `Somebody asked for a new password for your account in the Admin Panel of %[1]s.

Open this link to choose one. It is good once, until %[3]s:

%[2]s

If it was not you, ignore this letter: nothing changes.

--
Ktoś poprosił o nowe hasło do Twojego konta w panelu administracyjnym %[1]s.

Otwórz powyższy link, aby je ustalić. Link jest jednorazowy i ważny do %[3]s.
Jeśli to nie Ty, zignoruj ten list: nic się nie zmieni.
`,
}

var factorLetter = letterWords{
	subject: "New second factor for the panel of %s",
	text: `Your second factor in the Admin Panel of %[1]s was taken away, so that you can enrol a new one.

Open this link and enter your password. It is good once, until %[3]s:

%[2]s

If you did not ask for this, tell an administrator.

--
Twój drugi składnik logowania do panelu administracyjnego %[1]s został usunięty, aby można było zarejestrować nowy.

Otwórz powyższy link i podaj hasło. Link jest jednorazowy i ważny do %[3]s.
Jeśli o to nie prosiłeś, powiadom administratora.
`,
}

// mailTime is how long a letter may take on its way to the mail server.
const mailTime = 10 * time.Second

// deliver mails a letter. What could not be mailed keeps its link, for whoever asked for it to hand over.
func (g *Gate) deliver(ctx context.Context, l Letter, w letterWords, customer string) Letter {
	if g.Mail == nil {
		return l
	}
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	err := g.Mail(ctx, l.Operator.Email, fmt.Sprintf(w.subject, customer),
		fmt.Sprintf(w.text, customer, l.URL, l.Expires.UTC().Format("2006-01-02 15:04 UTC")))
	if err != nil {
		g.Log.Warn("a letter to an operator could not be sent", "operator", l.Operator.ID, "error", err)
		l.MailError = err.Error()
		return l
	}
	l.Mailed, l.URL = true, ""
	return l
}
