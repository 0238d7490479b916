# cmake --install BUILD --prefix PREFIX: shared and static library, headers, rocksdb.pc and the CMake package that Debian's
# librocksdb-dev has, with its targets RocksDB::rocksdb (static) and RocksDB::rocksdb-shared. Everything finds itself from where it
# lies, so that a prefix may be moved. Never over a file that belongs to a package.

# /usr/local/lib comes before Debian's directories in the search of the dynamic linker: every program would change its engine.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /opt/aether CACHE PATH "Where cmake --install goes" FORCE)
endif()

include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rocksdb)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH AETHER_PACKAGE_TO_PREFIX /${package_dir} /)
file(RELATIVE_PATH AETHER_PKGCONFIG_TO_PREFIX /${pkgconfig_dir} /)
string(REGEX REPLACE "/$" "" AETHER_PACKAGE_TO_PREFIX "${AETHER_PACKAGE_TO_PREFIX}")
string(REGEX REPLACE "/$" "" AETHER_PKGCONFIG_TO_PREFIX "${AETHER_PKGCONFIG_TO_PREFIX}")
set(ROCKSDB_VERSION 7.8.3)

configure_file(${CMAKE_SOURCE_DIR}/cmake/rocksdb.pc.in ${CMAKE_BINARY_DIR}/install/rocksdb.pc @ONLY)
configure_file(${CMAKE_SOURCE_DIR}/cmake/RocksDBConfig.cmake.in
               ${CMAKE_BINARY_DIR}/install/RocksDBConfig.cmake @ONLY)
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/install/RocksDBConfigVersion.cmake
                                 VERSION ${ROCKSDB_VERSION} COMPATIBILITY SameMajorVersion)

configure_file(${CMAKE_SOURCE_DIR}/cmake/refuse_packages.cmake.in
               ${CMAKE_BINARY_DIR}/install/refuse_packages.cmake @ONLY)
install(SCRIPT ${CMAKE_BINARY_DIR}/install/refuse_packages.cmake)
install(TARGETS rocksdb rocksdb_static
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/rocksdb DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_BINARY_DIR}/install/rocksdb.pc DESTINATION ${pkgconfig_dir})
install(FILES ${CMAKE_BINARY_DIR}/install/RocksDBConfig.cmake
        ${CMAKE_BINARY_DIR}/install/RocksDBConfigVersion.cmake DESTINATION ${package_dir})
