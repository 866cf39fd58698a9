package access

// Hashes tells how many passwords were hashed or compared.
func (g *Gate) Hashes() int64 { return g.hash.hashed.Load() }

// CheckPassword is checkPassword for tests.
var CheckPassword = checkPassword
