package transfers

// Within asks a service as Payees does, without a store.
var Within = within
