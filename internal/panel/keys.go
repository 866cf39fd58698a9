package panel

// hotkey is one line of the help on keys.
type hotkey struct {
	keys []string
	does string
}

// keyMap is what assets/panel.js does, with the letters of the entries that the operator has.
func keyMap(v *visit) []hotkey {
	list := []hotkey{{[]string{"/"}, v.T("keys.find")}}
	for _, group := range v.navigation() {
		for _, entry := range group.entries {
			if entry.letter != "" {
				list = append(list, hotkey{[]string{"g", entry.letter}, v.T(entry.entry)})
			}
		}
	}
	return append(list, hotkey{[]string{"j"}, v.T("keys.down")}, hotkey{[]string{"k"}, v.T("keys.up")}, hotkey{[]string{"Enter"}, v.T("keys.open")},
		hotkey{[]string{"Esc"}, v.T("keys.close")}, hotkey{[]string{"?"}, v.T("keys.help")})
}

// keys is the help on keys.
func (v *visit) keys() error { return v.show(v.T("keys.title"), keysPage(v)) }
