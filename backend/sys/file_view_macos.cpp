#include "backend/sys/file_view.h"

#include <cerrno>

namespace slipway::sys
{

struct PreparedView::Impl {
};

PreparedView::PreparedView(const FileView &) {}
PreparedView::~PreparedView() = default;

int PreparedView::enter() const
{
    return ENOSYS; // no namespaces here
}

int tryView(const FileView &)
{
    return ENOSYS;
}

std::vector<std::filesystem::path> programFolders()
{
    return {};
}

} // namespace slipway::sys
