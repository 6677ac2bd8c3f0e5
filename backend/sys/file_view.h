// A program's own view of the machine's files: what is named and nothing else. An ordinary user can
// have one where the kernel lets him make user and mount namespaces.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace slipway::sys
{

struct FileView {
    std::filesystem::path root; // an empty folder of ours; the view is mounted over it
    // Shown under their own paths; those that do not exist are left out.
    std::vector<std::filesystem::path> readable;
    std::vector<std::filesystem::path> writable;
};

// The machine's programs and libraries, as every program needs them.
std::vector<std::filesystem::path> programFolders();

// All that takes memory is done here, so that enter() may be called between fork and exec.
class PreparedView
{
public:
    explicit PreparedView(const FileView &view);
    ~PreparedView();
    PreparedView(const PreparedView &) = delete;
    PreparedView &operator=(const PreparedView &) = delete;

    // For a child that has one thread: new namespaces with the same user and no rights beyond exec.
    // Returns 0 or an errno.
    int enter() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

// Whether a child of ours can have such a view: 0, or the errno that refused it; -1 when the trial
// itself could not be made.
int tryView(const FileView &view);

} // namespace slipway::sys
