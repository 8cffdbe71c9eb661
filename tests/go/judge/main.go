// Judge reads a live log with tools that know nothing of Kept, and exits with 1 where one of them finds fault.
//
//	judge URL VKEY [WITNESS-VKEY...]
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"filippo.io/torchwood"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	log.SetFlags(0)
	prefix := strings.TrimSuffix(os.Args[1], "/")
	key, err := note.NewVerifier(os.Args[2])
	check("sumdb/note reads the key", err)
	witnesses := []note.Verifier{}
	for _, vkey := range os.Args[3:] {
		one, err := torchwood.NewCosignatureVerifier(vkey)
		check("torchwood reads the witness's key", err)
		witnesses = append(witnesses, one)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fetcher, err := torchwood.NewTileFetcher(prefix + "/")
	check("torchwood takes the address", err)
	raw, err := fetcher.ReadEndpoint(ctx, "checkpoint")
	check("torchwood fetches the checkpoint", err)
	opened, err := note.Open(raw, note.VerifierList(append(witnesses, key)...))
	check("sumdb/note opens the checkpoint", err)
	if len(opened.Sigs) != len(witnesses)+1 {
		log.Fatalf("expected %d signatures, found %d", len(witnesses)+1, len(opened.Sigs))
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	check("torchwood parses the checkpoint", err)
	if checkpoint.Origin != key.Name() {
		log.Fatalf("expected the origin %q, found %q", key.Name(), checkpoint.Origin)
	}
	tree := tlog.Tree{N: checkpoint.N, Hash: checkpoint.Hash}
	followed(ctx, fetcher, tree)
	proved(ctx, fetcher, tree)
	checked(ctx, prefix, key)
	fmt.Printf("read %d entries, %d signatures\n", tree.N, len(opened.Sigs))
}

// followed reads every entry with torchwood's client, which authenticates each against the tree.
func followed(ctx context.Context, fetcher *torchwood.TileFetcher, tree tlog.Tree) {
	follower, err := torchwood.NewClient(fetcher)
	check("torchwood makes a client", err)
	next := int64(0)
	for at, entry := range follower.AllEntries(ctx, tree, 0) {
		if at != next || len(entry) != 89 {
			log.Fatalf("expected entry %d of 89 bytes, found %d of %d", next, at, len(entry))
		}
		next++
	}
	check("torchwood reads every entry", follower.Err())
	if next != tree.N {
		log.Fatalf("expected %d entries, found %d", tree.N, next)
	}
	for _, at := range []int64{0, tree.N / 2, tree.N - 1} {
		entry, proof, err := follower.Entry(ctx, tree, at)
		check("torchwood reads one entry", err)
		check("its proof holds", tlog.CheckRecord(proof, tree.N, tree.Hash, at, tlog.RecordHash(entry)))
	}
}

// proved reads hashes with sumdb/tlog, which checks each tile against the tree, and proves older trees.
func proved(ctx context.Context, fetcher *torchwood.TileFetcher, tree tlog.Tree) {
	reader := torchwood.TileHashReaderWithContext(ctx, tree, fetcher)
	for _, size := range []int64{1, 2, 3, tree.N / 3, tree.N / 2, tree.N - 1, tree.N} {
		if size < 1 {
			continue
		}
		older, err := tlog.TreeHash(size, reader)
		check("sumdb/tlog computes an older root", err)
		proof, err := tlog.ProveTree(tree.N, size, reader)
		check("sumdb/tlog proves an older tree", err)
		check("the proof holds", tlog.CheckTree(proof, tree.N, tree.Hash, size, older))
	}
}

// checked runs Tessera's fsck: every tile and bundle, recomputed.
func checked(ctx context.Context, prefix string, key note.Verifier) {
	root, err := url.Parse(prefix)
	check("the address is one", err)
	source, err := client.NewHTTPFetcher(root, http.DefaultClient)
	check("Tessera takes the address", err)
	hashes := func(bundle []byte) ([][]byte, error) {
		entries := &api.EntryBundle{}
		if err := entries.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		found := [][]byte{}
		for _, one := range entries.Entries {
			found = append(found, rfc6962.DefaultHasher.HashLeaf(one))
		}
		return found, nil
	}
	check("Tessera's fsck", fsck.New(key.Name(), key, source, hashes, fsck.Opts{N: 2}).Check(ctx))
}

func check(what string, err error) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}
