// Tesseralog keeps a log of Tessera's own in a folder, has it cosigned by the witnesses of a policy file, and prints
// the published checkpoint. Its key is made from a seed, so that the witness can be told of it first.
//
//	tesseralog key
//	tesseralog FOLDER POLICY ENTRIES
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// seeded answers the same bytes in every run: the key is for a test on this machine alone.
type seeded struct{ at byte }

func (s *seeded) Read(into []byte) (int, error) {
	for at := range into {
		sum := sha256.Sum256([]byte{s.at})
		into[at] = sum[0]
		s.at++
	}
	return len(into), nil
}

func main() {
	private, public, err := note.GenerateKey(&seeded{}, "tessera.example/log")
	check(err)
	if os.Args[1] == "key" {
		fmt.Println(public)
		return
	}
	signer, err := note.NewSigner(private)
	check(err)
	policy, err := os.ReadFile(os.Args[2])
	check(err)
	witnesses, err := tessera.NewWitnessGroupFromPolicy(policy)
	check(err)
	count, err := strconv.Atoi(os.Args[3])
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	driver, err := posix.New(ctx, posix.Config{Path: os.Args[1]})
	check(err)
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithBatching(16, 50*time.Millisecond).
		WithCheckpointInterval(200*time.Millisecond).WithWitnesses(witnesses, &tessera.WitnessOptions{FailOpen: false})
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, options)
	check(err)
	for at := range count {
		_, err := appender.Add(ctx, tessera.NewEntry([]byte(fmt.Sprintf("entry %d of %d", at, time.Now().UnixNano()))))()
		check(err)
	}
	check(shutdown(ctx))
	checkpoint, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	check(err)
	fmt.Print(strings.TrimSuffix(string(checkpoint), "\n"), "\n")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
