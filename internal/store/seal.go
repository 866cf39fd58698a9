package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// SealKey seals the secrets in the store (the CA's key, the keys of base IBANs). It lives in a file outside the store: a backup
// of the store alone does not contain it, and without it nothing is served.
type SealKey [32]byte

// NewSealKey returns a random key.
func NewSealKey() (k SealKey) {
	rand.Read(k[:]) // never fails
	return k
}

// ReadSealKey reads a key file: 64 hexadecimal digits.
func ReadSealKey(path string) (k SealKey, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return k, fmt.Errorf("sealing key: %w", err)
	}
	b, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(b) != len(k) {
		return k, fmt.Errorf("sealing key %s: want %d hexadecimal digits", path, 2*len(k))
	}
	copy(k[:], b)
	return k, nil
}

// ReadOrMakeSealKey reads a key file, or makes it where there is none. It never overwrites one, and the file appears whole
// or not at all.
func ReadOrMakeSealKey(path string) (SealKey, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return SealKey{}, err
	}
	if _, err := os.Stat(path); err == nil {
		return ReadSealKey(path)
	}
	draft, err := os.CreateTemp(dir, ".ims.key-*") // readable by its owner only
	if err != nil {
		return SealKey{}, fmt.Errorf("sealing key: %w", err)
	}
	defer os.Remove(draft.Name())
	k := NewSealKey()
	_, err = draft.WriteString(hex.EncodeToString(k[:]) + "\n")
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return SealKey{}, fmt.Errorf("sealing key: %w", err)
	}
	err = os.Link(draft.Name(), path)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return ReadSealKey(path)
	}
	if err != nil {
		return SealKey{}, fmt.Errorf("sealing key: %w", err)
	}
	return k, SyncFolder(dir)
}

// SyncFolder makes the names of new files in a folder durable.
func SyncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// derive returns 32 bytes that only this key gives for a name (HKDF-SHA256, RFC 5869).
func (k SealKey) derive(name string) []byte {
	derived, err := hkdf.Key(sha256.New, k[:], nil, name, 32)
	if err != nil {
		panic(err) // 32 bytes are never too many
	}
	return derived
}

// KeyedDigest is an HMAC-SHA256 of a content under a key that only the sealing key gives for a name: a digest that may be kept
// of what holds a guessable secret, as nobody who reads the store can try out what it was.
func (db *DB) KeyedDigest(name string, content []byte) (digest [32]byte) {
	mac := hmac.New(sha256.New, db.key.derive(name))
	mac.Write(content)
	mac.Sum(digest[:0])
	return digest
}

// Seal encrypts a secret with AES-256-GCM under a random nonce, which comes first. name binds it to its place.
func (k SealKey) Seal(name string, secret []byte) []byte {
	aead := k.aead()
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(secret)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, secret, []byte(name))
}

// Open decrypts what Seal made under the same name.
func (k SealKey) Open(name string, sealed []byte) ([]byte, error) {
	aead := k.aead()
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("sealed secret is too short")
	}
	secret, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(name))
	if err != nil {
		return nil, fmt.Errorf("open secret %s: the sealing key is not the one it was sealed with: %w", name, err)
	}
	return secret, nil
}

func (k SealKey) aead() cipher.AEAD {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic(err) // 32 bytes are always a key
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the block size of GCM
	}
	return aead
}

// Seal encrypts what leaves the process and comes back, as tickets and the state of ceremonies do, for all replicas of this
// store. name binds it to its purpose.
func (db *DB) Seal(name string, secret []byte) []byte { return db.key.Seal(name, secret) }

// Unseal decrypts what Seal made under the same name.
func (db *DB) Unseal(name string, sealed []byte) ([]byte, error) { return db.key.Open(name, sealed) }

// Derive returns 32 bytes that only this store's key gives for a name, the same at any time.
func (db *DB) Derive(name string) []byte { return db.key.derive(name) }
