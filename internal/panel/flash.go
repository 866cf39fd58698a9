package panel

import (
	"net/url"
	"time"
)

// flash is what an action says on the page that follows it: a key of a text and one argument. It travels in a cookie for a
// minute; who forges their own cookie talks to themselves.
type flash struct{ key, about string }

const flashLife = time.Minute

// say keeps a sentence for the page that follows; about stands in it as %[1]s.
func (v *visit) say(key, about string) {
	v.setCookie(flashCookie, url.Values{"k": {key}, "a": {about}}.Encode(), flashLife)
}

// takeFlash reads what the page before said, once.
func (v *visit) takeFlash() {
	text := v.cookie(flashCookie)
	if text == "" || v.fragment() || v.said != nil {
		return
	}
	v.dropCookie(flashCookie)
	values, err := url.ParseQuery(text)
	if err == nil && v.words.keys[languages[0]][values.Get("k")] {
		v.said = &flash{values.Get("k"), values.Get("a")}
	}
}
