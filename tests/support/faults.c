/* A machine that fails: preloaded before a process, it refuses some of its calls on the files of one folder, or lets the power go.
 *
 * kept_faults(folder, kinds, one_in, times, seed): from now on, of the calls of those kinds one in so many is refused, so many times.
 * kept_power_loss(folder, nth, seed): at the nth write or sync from now on the process is gone, and of everything it wrote to a file
 * since that file was last synced a random part is dropped and one write is torn. Renames, truncations and new names count as durable.
 * kept_faults_met(): how many calls were refused.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { OPEN = 1, WRITE = 2, SYNC = 4, RENAME = 8 };
#define FILES 65536

typedef struct written { struct written *next; ino_t file; off_t at; size_t size; char *before; size_t had; char *after; } written;

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char folder[4096];
static int kinds, one_in, left, met, power_in = -1;
static uint64_t state = 88172645463325252ull;
static ino_t file_of[FILES];
static written *unsynced;

static uint64_t chance(void) { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return state; }

static int refuse(int kind) {
    static const int of_open[] = {EMFILE, ENFILE, EACCES, EIO, ENOSPC}, of_write[] = {EIO, ENOSPC}, of_rename[] = {EIO, ENOSPC, EACCES};
    int refused = 0;
    pthread_mutex_lock(&turn);
    if (left > 0 && (kinds & kind) && chance() % one_in == 0) {
        left--; met++;
        refused = kind == OPEN ? of_open[chance() % 5] : kind == RENAME ? of_rename[chance() % 3] : of_write[chance() % 2];
    }
    pthread_mutex_unlock(&turn);
    return refused;
}

static int ours(const char *path) { return folder[0] && path && strncmp(path, folder, strlen(folder)) == 0; }
static int held(int fd) { return fd >= 0 && fd < FILES && file_of[fd]; }

static ssize_t put(int fd, const void *bytes, size_t size, off_t at) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    return real(fd, bytes, size, at);
}

static void forget(ino_t file) {
    for (written **one = &unsynced; *one;) {
        written *gone = *one;
        if (gone->file != file) { one = &gone->next; continue; }
        *one = gone->next;
        free(gone->before); free(gone->after); free(gone);
    }
}

/* The list has the newest first: everything is taken back in that order, then what reached the disk is written again, oldest first. */
static void lose_power(void) {
    size_t count = 0;
    for (written *one = unsynced; one; one = one->next) count++;
    written **all = malloc((count + 1) * sizeof *all);
    size_t place = 0;
    for (written *one = unsynced; one; one = one->next) all[place++] = one;
    for (int round = 0; round < 2; round++)
        for (size_t step = 0; step < count; step++) {
            written *one = round ? all[count - 1 - step] : all[step];
            int fd = -1;
            for (int at = 0; at < FILES && fd < 0; at++) if (file_of[at] == one->file) fd = at;
            if (fd < 0) continue;
            if (!round) {
                if (one->had) put(fd, one->before, one->had, one->at);
                if (one->had < one->size) {
                    struct stat found;
                    if (!fstat(fd, &found) && found.st_size == one->at + (off_t)one->size
                        && syscall(SYS_ftruncate, fd, one->at + (off_t)one->had)) _exit(98);
                }
            } else if (chance() % 2) put(fd, one->after, chance() % 4 ? one->size : chance() % (one->size + 1), one->at);
        }
    _exit(97);
}

static void moment(void) { if (power_in >= 0 && power_in-- == 0) lose_power(); }

static void remember(int fd, const void *bytes, size_t size, off_t at) {
    static ssize_t (*get)(int, void *, size_t, off_t);
    if (!get) get = dlsym(RTLD_NEXT, "pread64");
    pthread_mutex_lock(&turn);
    if (power_in >= 0) {
        written *one = calloc(1, sizeof *one);
        one->file = file_of[fd]; one->at = at; one->size = size;
        one->before = malloc(size + 1); one->after = malloc(size + 1);
        memcpy(one->after, bytes, size);
        ssize_t had = get(fd, one->before, size, at);
        one->had = had < 0 ? 0 : (size_t)had;
        one->next = unsynced; unsynced = one;
        moment();
    }
    pthread_mutex_unlock(&turn);
}

static int opened(int fd, const char *path) {
    struct stat found;
    if (fd >= 0 && fd < FILES) {
        file_of[fd] = ours(path) && !fstat(fd, &found) && S_ISREG(found.st_mode) ? found.st_ino : 0;
    }
    return fd;
}

#define OPENING(name) \
    int name(const char *path, int flags, ...) { \
        static int (*real)(const char *, int, ...); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more); \
        int refused = ours(path) ? refuse(OPEN) : 0; \
        if (refused) { errno = refused; return -1; } \
        return opened(real(path, flags, mode), path); \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name) \
    int name(int folder_fd, const char *path, int flags, ...) { \
        static int (*real)(int, const char *, int, ...); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more); \
        int refused = ours(path) ? refuse(OPEN) : 0; \
        if (refused) { errno = refused; return -1; } \
        return opened(real(folder_fd, path, flags, mode), path); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int close(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "close");
    if (fd >= 0 && fd < FILES) file_of[fd] = 0;
    return real(fd);
}

#define WRITING_AT(name) \
    ssize_t name(int fd, const void *bytes, size_t size, off_t at) { \
        static ssize_t (*real)(int, const void *, size_t, off_t); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        if (held(fd)) { \
            int refused = refuse(WRITE); \
            if (refused) { errno = refused; return -1; } \
            remember(fd, bytes, size, at); \
        } \
        return real(fd, bytes, size, at); \
    }
WRITING_AT(pwrite)
WRITING_AT(pwrite64)

ssize_t write(int fd, const void *bytes, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    if (held(fd)) {
        int refused = refuse(WRITE);
        if (refused) { errno = refused; return -1; }
        remember(fd, bytes, size, lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR));
    }
    return real(fd, bytes, size);
}

#define SYNCING(name) \
    int name(int fd) { \
        static int (*real)(int); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        if (!held(fd)) return real(fd); \
        int refused = refuse(SYNC); \
        if (refused) { errno = refused; return -1; } \
        pthread_mutex_lock(&turn); moment(); pthread_mutex_unlock(&turn); \
        int done = real(fd); \
        pthread_mutex_lock(&turn); if (!done) forget(file_of[fd]); pthread_mutex_unlock(&turn); \
        return done; \
    }
SYNCING(fsync)
SYNCING(fdatasync)

#define TRUNCATING(name) \
    int name(int fd, off_t size) { \
        static int (*real)(int, off_t); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        if (held(fd)) { pthread_mutex_lock(&turn); forget(file_of[fd]); pthread_mutex_unlock(&turn); } \
        return real(fd, size); \
    }
TRUNCATING(ftruncate)
TRUNCATING(ftruncate64)

int rename(const char *from, const char *to) {
    static int (*real)(const char *, const char *);
    if (!real) real = dlsym(RTLD_NEXT, "rename");
    int refused = ours(to) ? refuse(RENAME) : 0;
    if (refused) { errno = refused; return -1; }
    return real(from, to);
}

void kept_faults(const char *where, int which, int share, int times, uint64_t seed) {
    pthread_mutex_lock(&turn);
    strncpy(folder, where, sizeof folder - 1);
    kinds = which; one_in = share; left = times; state = seed * 2654435761u + 88172645463325252ull;
    pthread_mutex_unlock(&turn);
}

void kept_power_loss(const char *where, int nth, uint64_t seed) {
    pthread_mutex_lock(&turn);
    strncpy(folder, where, sizeof folder - 1);
    power_in = nth; state = seed * 2654435761u + 88172645463325252ull;
    pthread_mutex_unlock(&turn);
}

void kept_watch(const char *where) { strncpy(folder, where, sizeof folder - 1); }

int kept_faults_met(void) { return met; }
