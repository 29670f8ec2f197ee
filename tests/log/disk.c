/* A disk that can be watched and made to fail, put under a program with LD_PRELOAD.

   Every change to files below DISK_ROOT is written to DISK_TRACE, in the order in which it took effect; from such a
   trace tests rebuild what a loss of power could have left. While the file DISK_ORDERS.full is there nothing grows
   (ENOSPC, after what has its blocks already), with .readonly nothing changes (EROFS), with .failing nothing is flushed (EIO). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 65536
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t turn = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char *paths[FILES];
static const char *root;
static const char *orders;
static int trace = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("DISK_TRACE");
    root = getenv("DISK_ROOT");
    orders = getenv("DISK_ORDERS");
    if (name)
        trace = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int ours(const char *path) { return root && path && !strncmp(path, root, strlen(root)); }
static const char *path_of(int file) { return file >= 0 && file < FILES ? paths[file] : NULL; }

static int ordered(const char *what)
{
    char name[4096];
    if (!orders)
        return 0;
    snprintf(name, sizeof name, "%s.%s", orders, what);
    return !syscall(SYS_access, name, F_OK);
}

struct head { char op; uint32_t first, second, data; int64_t inode, offset; } __attribute__((packed));

static void record(char op, const char *first, const char *second, int64_t inode, int64_t offset, const void *data,
                   size_t size)
{
    if (trace < 0)
        return;
    struct head head = { op, first ? strlen(first) : 0, second ? strlen(second) : 0, size, inode, offset };
    syscall(SYS_write, trace, &head, sizeof head);
    if (first) syscall(SYS_write, trace, first, head.first);
    if (second) syscall(SYS_write, trace, second, head.second);
    if (size) syscall(SYS_write, trace, data, size);
}

static int64_t inode_of(int file)
{
    struct stat found;
    return fstat(file, &found) ? -1 : (int64_t)found.st_ino;
}

static int64_t size_of(int file)
{
    struct stat found;
    return fstat(file, &found) ? 0 : (int64_t)found.st_size;
}

static int fail(int code) { errno = code; return -1; }

void disk_mark(const char *what)
{
    pthread_mutex_lock(&turn);
    record('A', what, NULL, 0, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
}

static const char *whole(int folder, const char *path, char *room)
{
    if (!path || path[0] == '/' || !path_of(folder))
        return path;
    snprintf(room, 4096, "%s/%s", path_of(folder), path);
    return room;
}

static int opened(int folder, const char *name, int flags, mode_t mode)
{
    char room[4096];
    const char *path = whole(folder, name, room);
    if (!ours(path))
        return syscall(SYS_openat, folder, name, flags, mode);
    pthread_mutex_lock(&turn);
    int file, code, was = !syscall(SYS_access, path, F_OK);
    if ((flags & O_ACCMODE) != O_RDONLY && ordered("readonly"))
        file = fail(EROFS);
    else if ((flags & O_CREAT) && !was && ordered("full"))
        file = fail(ENOSPC);
    else
        file = syscall(SYS_openat, folder, name, flags, mode);
    code = errno;
    if (file >= 0 && file < FILES) {
        free(paths[file]);
        paths[file] = strdup(path);
        if ((flags & O_CREAT) && !was)
            record('C', path, NULL, inode_of(file), 0, NULL, 0);
        else if (flags & O_TRUNC)
            record('T', NULL, NULL, inode_of(file), 0, NULL, 0);
    }
    errno = code;
    pthread_mutex_unlock(&turn);
    return file;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }

int close(int file)
{
    pthread_mutex_lock(&turn);
    if (path_of(file)) {
        free(paths[file]);
        paths[file] = NULL;
    }
    int done = syscall(SYS_close, file);
    pthread_mutex_unlock(&turn);
    return done;
}

static ssize_t written(int file, const void *data, size_t size, off64_t offset, int placed)
{
    if (!path_of(file))
        return placed ? syscall(SYS_pwrite64, file, data, size, offset) : syscall(SYS_write, file, data, size);
    pthread_mutex_lock(&turn);
    ssize_t done;
    if (!placed)
        offset = syscall(SYS_lseek, file, 0, SEEK_CUR);
    int stopped = 0;
    if (ordered("readonly"))
        stopped = EROFS;
    else if (offset + (int64_t)size > size_of(file) && ordered("full")) {
        if (offset < size_of(file))
            size = size_of(file) - offset; /* what has its blocks already is written, the rest is not */
        else
            stopped = ENOSPC;
    }
    if (stopped)
        done = fail(stopped);
    else {
        done = placed ? syscall(SYS_pwrite64, file, data, size, offset) : syscall(SYS_write, file, data, size);
        if (done > 0)
            record('W', NULL, NULL, inode_of(file), offset, data, done);
    }
    pthread_mutex_unlock(&turn);
    return done;
}

ssize_t write(int file, const void *data, size_t size) { return written(file, data, size, 0, 0); }
ssize_t pwrite(int file, const void *data, size_t size, off_t at) { return written(file, data, size, at, 1); }
ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) { return written(file, data, size, at, 1); }

static int cut(int file, off64_t size)
{
    if (!path_of(file))
        return syscall(SYS_ftruncate, file, size);
    pthread_mutex_lock(&turn);
    int done;
    if (ordered("readonly"))
        done = fail(EROFS);
    else {
        done = syscall(SYS_ftruncate, file, size);
        if (!done)
            record('T', NULL, NULL, inode_of(file), size, NULL, 0);
    }
    pthread_mutex_unlock(&turn);
    return done;
}

int ftruncate(int file, off_t size) { return cut(file, size); }
int ftruncate64(int file, off64_t size) { return cut(file, size); }

/* Stores into mapped pages cannot be watched: those who ask for blocks first are sent to write with calls. */
int posix_fallocate(int file, off_t at, off_t size)
{
    return path_of(file) ? EOPNOTSUPP : REAL(posix_fallocate)(file, at, size);
}
int posix_fallocate64(int file, off64_t at, off64_t size)
{
    return path_of(file) ? EOPNOTSUPP : REAL(posix_fallocate64)(file, at, size);
}

static int flushed(int file, int number)
{
    if (!path_of(file))
        return syscall(number, file);
    pthread_mutex_lock(&turn);
    int done = ordered("failing") ? fail(EIO) : syscall(number, file);
    if (!done) {
        struct stat found;
        int folder = !fstat(file, &found) && S_ISDIR(found.st_mode);
        record(folder ? 'G' : 'F', path_of(file), NULL, inode_of(file), 0, NULL, 0);
    }
    pthread_mutex_unlock(&turn);
    return done;
}

int fsync(int file) { return flushed(file, SYS_fsync); }
int fdatasync(int file) { return flushed(file, SYS_fdatasync); }

static int named(char op, long number, int folder, const char *name, long second, int other, const char *to)
{
    char room[4096], room2[4096];
    const char *path = whole(folder, name, room), *target = to ? whole(other, to, room2) : NULL;
    pthread_mutex_lock(&turn);
    int done;
    if (ours(path) && ordered("readonly"))
        done = fail(EROFS);
    else if (ours(path) && op == 'D' && ordered("full"))
        done = fail(ENOSPC);
    else
        done = to ? syscall(SYS_renameat2, folder, name, other, to, 0) : syscall(number, folder, name, second);
    if (!done && ours(path))
        record(op, path, target, 0, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int mkdir(const char *path, mode_t mode) { return named('D', SYS_mkdirat, AT_FDCWD, path, mode, 0, NULL); }
int mkdirat(int folder, const char *path, mode_t mode) { return named('D', SYS_mkdirat, folder, path, mode, 0, NULL); }
int unlink(const char *path) { return named('U', SYS_unlinkat, AT_FDCWD, path, 0, 0, NULL); }
int rmdir(const char *path) { return named('U', SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR, 0, NULL); }
int unlinkat(int folder, const char *path, int flags) { return named('U', SYS_unlinkat, folder, path, flags, 0, NULL); }
int rename(const char *from, const char *to) { return named('R', 0, AT_FDCWD, from, 0, AT_FDCWD, to); }
int renameat(int f, const char *from, int t, const char *to) { return named('R', 0, f, from, 0, t, to); }
