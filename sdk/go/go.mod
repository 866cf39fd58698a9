// The Go SDK of the server API: a module of its own, so that who uses it downloads nothing but it.
module ims/sdk/go

go 1.26
