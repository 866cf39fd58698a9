// The mobile SDK: a module of its own, from which gomobile makes libraries for Android and iOS. It imports nothing; gobind
// and gomobile stand here because they look for their support files in the module of the package that they bind.
module ims/sdk/mobile

go 1.26.0

tool golang.org/x/mobile/cmd/gobind

require (
	golang.org/x/mobile v0.0.0-20261011034528-197770444867 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
)
