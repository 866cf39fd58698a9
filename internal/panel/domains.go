package panel

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/customers"
)

func domainRoutes() []route {
	const need = bank.PermCustomerWrite
	return []route{
		{method: http.MethodGet, path: "/domains", need: need, page: (*visit).domains, group: "group.settings", entry: "domains.title", letter: "d"},
		{method: http.MethodPost, path: "/domains", need: need, page: (*visit).addDomain, sure: true},
		{method: http.MethodGet, path: "/domains/remove", need: need, page: (*visit).askRemoveDomain},
		{method: http.MethodPost, path: "/domains/remove", need: need, page: (*visit).removeDomain, sure: true},
	}
}

func (v *visit) domains() error { return v.domainList(http.StatusOK, nil) }

func (v *visit) domainList(status int, faults map[string]string) error {
	list, err := v.Customers.Domains(v.r.Context(), v.customer.ID)
	if err != nil {
		return err
	}
	waiting, err := v.noticesFor("domain.")
	if err != nil {
		return err
	}
	return v.answer(status, v.T("domains.title"), domainsPage(v, list, waiting, faults))
}

// addDomain registers a host, or asks a second person.
func (v *visit) addDomain() error {
	host, err := v.Customers.AddDomain(v.r.Context(), v.actor, strings.TrimSpace(v.r.PostFormValue("host")))
	if err == nil {
		v.say("domains.added", host)
		return v.redirect("/domains")
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	if faults["host"] == "" {
		faults["host"] = whole
	}
	return v.domainList(http.StatusUnprocessableEntity, faults)
}

// thisHost tells whether a host is the one that the operator is on.
func (v *visit) thisHost(host string) bool {
	name := v.r.Host
	if bare, _, err := net.SplitHostPort(name); err == nil {
		name = bare
	}
	return strings.EqualFold(name, host)
}

// domainOf is the host that the request names, as long as it is the customer's.
func (v *visit) domainOf() (string, error) {
	list, err := v.Customers.Domains(v.r.Context(), v.customer.ID)
	if err != nil {
		return "", err
	}
	host := v.r.FormValue("host")
	if !slices.ContainsFunc(list, func(d customers.Domain) bool { return d.Host == host }) {
		return "", bank.ErrNotFound.With("the customer has not registered this host")
	}
	return host, nil
}

func (v *visit) askRemoveDomain() error {
	host, err := v.domainOf()
	if err != nil {
		return err
	}
	return v.show(v.T("domains.removeTitle", host), removeDomainForm(v, host, ""))
}

// removeDomain takes a host away whose name was typed.
func (v *visit) removeDomain() error {
	host, err := v.domainOf()
	if err != nil {
		return err
	}
	if strings.TrimSpace(v.r.PostFormValue("confirm")) != host {
		return v.answer(http.StatusUnprocessableEntity, v.T("domains.removeTitle", host), removeDomainForm(v, host, v.T("certificates.confirmWrong", host)))
	}
	if err := v.Customers.RemoveDomain(v.r.Context(), v.actor, host); err != nil {
		return err
	}
	v.say("domains.removed", host)
	return v.redirect("/domains")
}

// removeDomainText is what the removal of a host does; of the one that the operator is on, it is worse.
func removeDomainText(v *visit, host string) string {
	if v.thisHost(host) {
		return v.T("domains.removeHere")
	}
	return v.T("domains.removeText")
}
