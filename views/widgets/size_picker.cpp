#include "views/widgets/size_picker.h"

#include "models/base/words.h"

namespace slipway::views
{

using namespace Qt::StringLiterals;

QString sizeWords(const v1::VmSize &size, const std::string &currency)
{
    QString words = models::text(size.name()) + u" – "_s +
                    models::plural(size.cores(), "core", "cores") + u", "_s +
                    models::bytesWords(size.memory_bytes());
    const auto price = models::priceWords(size.price_micros_per_hour(), currency);
    if (!price.isEmpty()) {
        words += u", "_s + price;
    }
    return words;
}

SizePicker::SizePicker(QWidget *parent) : QComboBox(parent)
{
    setAccessibleName(tr("VM size"));
    connect(this, &QComboBox::currentIndexChanged, this, [this] { Q_EMIT sizeChanged(size()); });
}

void SizePicker::setSizes(const std::vector<v1::VmSize> &sizes, const std::string &currency)
{
    const auto chosen = size();
    const QSignalBlocker quiet(this);
    clear();
    for (const auto &size : sizes) {
        addItem(sizeWords(size, currency), models::text(size.name()));
    }
    setSize(chosen);
}

std::string SizePicker::size() const
{
    return models::utf8(currentData().toString());
}

void SizePicker::setSize(const std::string &name)
{
    setCurrentIndex(findData(models::text(name)));
}

} // namespace slipway::views
