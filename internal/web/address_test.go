package web

import (
	"net/netip"
	"testing"
)

// TestHousehold: nobody becomes many callers by the addresses that come with one.
func TestHousehold(t *testing.T) {
	for _, x := range []struct{ remote, want string }{
		{"192.0.2.7:1234", "192.0.2.7/32"},
		{"[::ffff:192.0.2.7]:1", "192.0.2.7/32"},
		{"[2001:db8:1:2:3:4:5:6]:1", "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:ffff::1]:2", "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:2", "fe80::/64"},
		{"pipe", "invalid Prefix"},
	} {
		if got := Household(x.remote).String(); got != x.want {
			t.Errorf("%s belongs to %s, want %s", x.remote, got, x.want)
		}
	}
}

// TestNetworks: an address of IPv4 is the same however it is written, and what is no address is nobody's.
func TestNetworks(t *testing.T) {
	n := Networks{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for remote, want := range map[string]bool{"10.1.2.3:4": true, "[::ffff:10.1.2.3]:4": true, "[fd00::1%eth0]:4": true, "11.1.2.3:4": false, "10.1.2.3": false, "": false} {
		if n.Contains(remote) != want {
			t.Errorf("%q: %v", remote, !want)
		}
	}
}
