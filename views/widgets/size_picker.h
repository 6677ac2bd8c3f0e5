// A VM size with its cores and memory and, where the operator filled it in, its price.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <QComboBox>
#include <string>
#include <vector>

namespace slipway::views
{

class SizePicker : public QComboBox
{
    Q_OBJECT

public:
    explicit SizePicker(QWidget *parent = nullptr);
    void setSizes(const std::vector<v1::VmSize> &sizes, const std::string &currency);
    std::string size() const; // empty: none
    void setSize(const std::string &name);

Q_SIGNALS:
    void sizeChanged(const std::string &name);
};

// "Small – 1 core, 1.75 GB, 0.08 EUR / h"
QString sizeWords(const v1::VmSize &size, const std::string &currency);

} // namespace slipway::views
