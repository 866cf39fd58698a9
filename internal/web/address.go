package web

import (
	"net/netip"
	"slices"
)

// Networks are those of proxies that stand in front of us.
type Networks []netip.Prefix

// Contains tells whether a remote address (IP:port) lies in one of them.
func (n Networks) Contains(remote string) bool {
	if len(n) == 0 {
		return false
	}
	ip, ok := ipOf(remote)
	return ok && slices.ContainsFunc(n, func(network netip.Prefix) bool { return network.Contains(ip) })
}

// Household is what is counted as one caller before anybody knows who it is: an address of IPv4, or the 64 leading bits of one
// of IPv6, of which every household has as many as it likes. An address that is none is a household of its own.
func Household(remote string) netip.Prefix {
	ip, ok := ipOf(remote)
	if !ok {
		return netip.Prefix{}
	}
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	home, err := ip.Prefix(bits)
	if err != nil {
		panic(err) // the bits fit the address
	}
	return home
}

func ipOf(remote string) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(remote)
	return peer.Addr().Unmap().WithZone(""), err == nil
}
