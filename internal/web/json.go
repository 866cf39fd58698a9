package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// unmarshal is json.Unmarshal that does not mend what it is given: a field that is named twice means something else to
// whoever takes the first, and text that is no Unicode would be kept with holes.
func unmarshal(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	return exact(json.NewDecoder(bytes.NewReader(data)))
}

// JSON writes a value as every answer is written: with a line feed, and without escaping what only HTML needs escaped.
func JSON(v any) ([]byte, error) {
	var body bytes.Buffer
	err := huma.DefaultJSONFormat.Marshal(&body, v)
	return body.Bytes(), err
}

// exact reads the next value. Its depth was limited by json.Unmarshal.
func exact(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch t := token.(type) {
	case json.Delim:
		return exactInside(d, t == '{')
	case string:
		return exactText(t)
	}
	return nil
}

// exactInside reads an object or a list to its end.
func exactInside(d *json.Decoder, object bool) error {
	seen := map[string]bool{}
	for d.More() {
		if object {
			token, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string) // nothing else can stand there
			if seen[name] {
				return errors.New("a field is named twice")
			}
			seen[name] = true
		}
		if err := exact(d); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// exactText refuses text in which a character was replaced, by the package or by whoever sent it.
func exactText(text string) error {
	if strings.ContainsRune(text, utf8.RuneError) {
		return errors.New("a text is not Unicode")
	}
	return nil
}
