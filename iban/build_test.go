package iban

import (
	"errors"
	"testing"
)

// TestBuild computes both kinds of check digits; parts may come with their national digits or without.
func TestBuild(t *testing.T) {
	tests := []struct {
		country string
		parts   Parts
		want    string
	}{
		{"PL", Parts{Bank: "10901014", Account: "0000071219812874"}, "PL61109010140000071219812874"},
		{"PL", Parts{Bank: "1090101", Account: "71219812874"}, "PL61109010140000071219812874"},
		{"ES", Parts{"2100", "0418", "0200051332"}, "ES9121000418450200051332"},
		{"IT", Parts{"05428", "11101", "123456"}, "IT60X0542811101000000123456"},
		{"FR", Parts{"20041", "01005", "0500013M026"}, "FR1420041010050500013M02606"},
		{"CZ", Parts{Bank: "0800", Account: "0000192000145399"}, "CZ6508000000192000145399"},
		{"CZ", Parts{Bank: "0800", Account: "00001200014539"}, "CZ6508000000192000145399"},
		{"BE", Parts{Bank: "539", Account: "75470"}, "BE68539007547034"},
		{"NO", Parts{Bank: "8601", Account: "111794"}, "NO9386011117947"},
		{"HR", Parts{Bank: "100100", Account: "186300016"}, "HR1210010051863000160"},
		{"GB", Parts{"NWBK", "601613", "31926819"}, "GB29NWBK60161331926819"},
		{"FI", Parts{Bank: "123", Account: "4560000078"}, "FI2112345600000785"},
	}
	for _, tt := range tests {
		if x, err := Build(tt.country, tt.parts); err != nil || x.String() != tt.want {
			t.Errorf("%s %+v: %v, %v, want %s", tt.country, tt.parts, x, err, tt.want)
		}
	}
}

// TestBuildExamples takes each example apart and puts it together again.
func TestBuildExamples(t *testing.T) {
	for c := range Countries() {
		if !c.Registered {
			continue
		}
		x, _ := Parse(c.Example)
		y, err := Build(c.Code, Parts{x.Bank(), x.Branch(), x.Account()})
		if err != nil || y != x {
			t.Errorf("%s: %v, %v", c.Example, y, err)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	tests := []struct {
		country string
		parts   Parts
		want    error
	}{
		{"XX", Parts{}, ErrCountry}, {"PL", Parts{}, ErrStructure}, {"PL", Parts{Bank: "11111112", Account: "1"}, ErrNationalDigits},
		{"PL", Parts{Bank: "11111111", Branch: "1", Account: "1"}, ErrStructure}, {"PL", Parts{Bank: "11111111", Account: "12345678901234567"}, ErrStructure},
		{"PL", Parts{Bank: "1111111A", Account: "1"}, ErrStructure}, {"PL", Parts{Bank: "11111111", Account: "-1"}, ErrStructure},
		{"GB", Parts{"NWBK", "60161", "1"}, ErrStructure}, {"CZ", Parts{Bank: "0800", Account: "00000000000006"}, ErrNationalDigits},
		{"GB", Parts{"nwbk", "601613", "1"}, ErrStructure},
		{"CZ", Parts{Bank: "0000", Account: "000019100000000\x00"}, ErrStructure},
	}
	for _, tt := range tests {
		if x, err := Build(tt.country, tt.parts); !errors.Is(err, tt.want) || !x.IsZero() {
			t.Errorf("%s %+v: %v, %v, want %v", tt.country, tt.parts, x, err, tt.want)
		}
	}
	if _, err := FromBBAN("PL", "111111121111111111111111"); !errors.Is(err, ErrNationalDigits) {
		t.Errorf("wrong national digit: %v", err)
	}
	if _, err := FromBBAN("CZ", "0000000019100000000\x00"); !errors.Is(err, ErrStructure) {
		t.Errorf("a zero byte: %v", err)
	}
	if _, err := FromBBAN("PL", "1"); !errors.Is(err, ErrStructure) {
		t.Errorf("short BBAN: %v", err)
	}
	if _, err := FromBBAN("GB", "NWBK6O161331926819"); !errors.Is(err, ErrStructure) {
		t.Errorf("letter O: %v", err)
	}
	if _, err := FromBBAN("ZZ", ""); !errors.Is(err, ErrCountry) {
		t.Errorf("unknown country: %v", err)
	}
}

// TestFromNational reads account numbers as people write them.
func TestFromNational(t *testing.T) {
	tests := []struct{ country, number, want string }{
		{"PL", "61 1090 1014 0000 0712 1981 2874", "PL61109010140000071219812874"},
		{"CZ", "19-2000145399/0800", "CZ6508000000192000145399"},
		{"SK", "19-8742637541/1200", "SK3112000000198742637541"},
		{"CZ", "2000145399/0800", "CZ7908000000002000145399"},
		{"HU", "11773016-11111018", "HU42117730161111101800000000"},
		{"HU", "11773016-11111018-00000000", "HU42117730161111101800000000"},
		{"RS", "260-56010016113-79", "RS35260005601001611379"},
		{"IS", "0159-26-007654-551073-0339", "IS140159260076545510730339"},
		{"IS", "0159-26-7654-5510730339", "IS140159260076545510730339"},
		{"DK", "0040-440116243", "DK5000400440116243"},
		{"ES", "2100 0418 45 0200051332", "ES9121000418450200051332"},
		{"BE", "539-0075470-34", "BE68539007547034"},
		{"NO", "8601.11.17947", "NO9386011117947"},
		{"FR", "20041 01005 0500013M026 06", "FR1420041010050500013M02606"},
		{"IT", "X 05428 11101 000000123456", "IT60X0542811101000000123456"},
	}
	for _, tt := range tests {
		if x, err := FromNational(tt.country, tt.number); err != nil || x.String() != tt.want {
			t.Errorf("%s %s: %v, %v, want %s", tt.country, tt.number, x, err, tt.want)
		}
	}
	for _, bad := range []struct {
		country, number string
		want            error
	}{
		{"PL", "62109010140000071219812874", KindCheckDigits}, {"CZ", "19-2000145399", ErrStructure}, {"CZ", "19-2000145398/0800", ErrNationalDigits},
		{"CZ", "1234567-1/0800", ErrStructure}, {"XX", "1", ErrCountry}, {"BE", "539-0075470-35", ErrNationalDigits}, {"DK", "", ErrStructure},
		{"HU", "11773016-1111101", ErrStructure}, {"RS", "260-56010016113-78", ErrNationalDigits}, {"CZ", "", ErrStructure},
	} {
		if x, err := FromNational(bad.country, bad.number); !errors.Is(err, bad.want) || !x.IsZero() {
			t.Errorf("%s %s: %v, %v, want %v", bad.country, bad.number, x, err, bad.want)
		}
	}
}

func TestReplaceDigits(t *testing.T) {
	for in, want := range map[string]string{
		"PL00111111197700000000000001": "PL63111111117700000000000001",
		"ES0021000418000200051332":     "ES9121000418450200051332",
		"IT00A0542811101000000123456":  "IT60X0542811101000000123456",
	} {
		x, err := ReplaceDigits(in)
		if err != nil || x.BBAN() != want[4:] || !oracleValid(x.String(), 0) {
			t.Errorf("%s: %v, %v, want %s", in, x, err, want)
		}
	}
	for in, want := range map[string]error{"": ErrStructure, "XX00111111111111111": ErrCountry, "PL0011111111": ErrStructure,
		"PL001111111977000000000000A1": ErrStructure, "NO0086011117007000": ErrStructure, "CZ0008000000000000000060": ErrNationalDigits} {
		if x, err := ReplaceDigits(in); !errors.Is(err, want) || !x.IsZero() {
			t.Errorf("%s: %v, %v, want %v", in, x, err, want)
		}
	}
}
